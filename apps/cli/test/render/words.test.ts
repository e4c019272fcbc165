import { describe, expect, test } from 'vitest';
import { failureText, taskCommand } from '../../src/render/words.ts';

describe('a command line for tasks can be pasted into a shell', () => {
  const lines: readonly (readonly [readonly string[], string])[] = [
    [['rates'], 'daybook run rates'],
    [['sales/date=2018-07-01'], 'daybook run sales --date 2018-07-01'],
    [['letters/size=small,label=a%2Fb%20c'], "daybook run letters --size small --label 'a/b c'"],
    [
      ['sales/date=2018-07-03', 'sales/date=2018-07-01', 'sales/date=2018-07-02'],
      'daybook run sales --from 2018-07-01 --through 2018-07-03',
    ],
    [
      ['shop/date=2018-07-01,kind=a', 'shop/date=2018-07-02,kind=a'],
      'daybook run shop --from 2018-07-01 --through 2018-07-02 --kind a',
    ],
  ];
  test.each(lines)('%s', (ids, line) => {
    expect(taskCommand('run', ids, [])).toBe(line);
  });

  test('for the same project and day', () => {
    expect(taskCommand('why', ['rates'], ['--config', 'my config.ts'])).toBe(
      "daybook why rates --config 'my config.ts'",
    );
  });
});

test('the controls that do not hold are told in one sentence', () => {
  const control = (name: string, held = false) => ({ name, held, figures: {} });
  const blocked = (...names: readonly string[]): string =>
    failureText({
      kind: 'blocked',
      stage: 'file:///a',
      controls: [control('fine', true), ...names.map((name) => control(name))],
    });
  expect(blocked('a')).toBe('The control a does not hold.');
  expect(blocked('a', 'b')).toBe('The controls a, b do not hold.');
});
