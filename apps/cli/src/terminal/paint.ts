import { styleText } from 'node:util';
import type { Output } from './output.ts';

/** Marks text for a terminal. Renderers are given one, so that they need not know where their text goes. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  attention(text: string): string;
}

const asIs = (text: string): string => text;

/** Leaves every text as it is. */
export const plainPaint: Paint = { bold: asIs, dim: asIs, good: asIs, bad: asIs, attention: asIs };

const colourPaint: Paint = {
  bold: (text) => styleText('bold', text, { validateStream: false }),
  dim: (text) => styleText('dim', text, { validateStream: false }),
  good: (text) => styleText('green', text, { validateStream: false }),
  bad: (text) => styleText('red', text, { validateStream: false }),
  attention: (text) => styleText('yellow', text, { validateStream: false }),
};

/** Colours on a terminal, unless the person asked for none (https://no-color.org). */
export function paintFor(output: Pick<Output, 'terminal'>, environment: NodeJS.ProcessEnv): Paint {
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return output.terminal && !refused ? colourPaint : plainPaint;
}
