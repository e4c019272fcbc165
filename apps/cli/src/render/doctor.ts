import type { DoctorLine } from '@daybook/core';
import type { Paint } from '../terminal/paint.ts';
import { indented, wrapped } from './columns.ts';
import { counted } from './ranges.ts';
import { widthOf } from './text-width.ts';

/** What was tried out of one thing, such as the target. */
export interface DoctorSection {
  readonly title: string;
  readonly lines: readonly DoctorLine[];
}

export interface DoctorFacts {
  readonly sections: readonly DoctorSection[];
  readonly width: number;
  readonly paint: Paint;
}

/** A line for each thing that was tried out: what works, and for the rest what to do about it. */
export function doctorText({ sections, width, paint }: DoctorFacts): string {
  const all = sections.flatMap(({ lines }) => lines);
  const broken = all.filter(({ ok }) => !ok).length;
  const column = all.reduce((most, { what }) => Math.max(most, widthOf(what)), 0);
  const text = sections.flatMap(({ title, lines }) => [
    paint.bold(title),
    ...lines.flatMap((line) => indented(lineText(line, column, width - 2, paint))),
    '',
  ]);
  const verdict =
    broken === 0
      ? `${paint.good('Everything works')}.`
      : `${paint.bad(`${counted(broken, 'thing')}`)} of ${all.length} ${broken === 1 ? 'does' : 'do'} not work.`;
  return `${[...text, verdict].join('\n')}\n`;
}

/** The same as a document. */
export function doctorDocument(sections: readonly DoctorSection[]): unknown {
  return {
    outcome: sections.every(({ lines }) => lines.every(({ ok }) => ok)) ? 'ok' : 'failed',
    lines: sections.flatMap(({ title, lines }) => lines.map((line) => ({ about: title, ...line }))),
  };
}

function lineText(
  { what, ok, detail, remedy }: DoctorLine,
  column: number,
  width: number,
  paint: Paint,
): readonly string[] {
  const start = ' '.repeat(column + 4);
  const mark = ok ? paint.good('✓') : paint.bad('✗');
  const [first = '', ...more] = wrapped(detail, width - start.length);
  const wanted = ok || remedy === undefined ? [] : wrapped(remedy, width - start.length).map(paint.attention);
  return [`${mark} ${what.padEnd(column)}  ${first}`, ...indented([...more, ...wanted], start)];
}
