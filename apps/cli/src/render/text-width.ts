const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Letters that all take one column. Most text is of these, and need not be taken apart. */
const simple = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027\u2190-\u21FF\u2500-\u259F]*$/;
/** https://www.unicode.org/reports/tr11: wide and fullwidth letters; emoji are shown as wide. */
const wide =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{18DFF}\u{1AFF0}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;
const noWidth = /^[\p{Mn}\p{Me}\p{Cf}]*$/u;

/** How many columns of a terminal a text takes. Escape sequences take none, an ideogram or an emoji two. */
export function widthOf(text: string): number {
  // oxlint-disable-next-line no-control-regex
  const shown = text.replaceAll(/\u001B\[\d+m/g, '');
  if (simple.test(shown)) return shown.length;
  let width = 0;
  for (const { segment } of graphemes.segment(shown)) width += graphemeWidth(segment);
  return width;
}

/** Text cut to `width` columns, with `…` at its end where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    room -= graphemeWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

function graphemeWidth(grapheme: string): number {
  if (noWidth.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}
