import { describe, expect, test } from 'vitest';
import { costText, instancesCost, stepCost, type Span } from '../src/cluster/cost.ts';
import { StepSpans } from '../src/cluster/step-facts.ts';
import { knownPrices, pricesIn } from '../src/cluster/prices.ts';
import type { InstanceView } from '../src/cluster/views.ts';

const hour = 3_600_000;
/** One US dollar an hour, and as spot a half. */
const prices = { one: { onDemand: 0.75, spot: 0.25, emr: 0.25 }, noSpot: { onDemand: 1, emr: 0 } };

function instance(type: string, from = 0, until?: number, spot = false): InstanceView {
  return { type, spot, createdMs: from * hour, ...(until === undefined ? {} : { endedMs: until * hour }) };
}

function span([from, until]: readonly [number, number?]): Span {
  return { fromMs: from * hour, ...(until === undefined ? {} : { untilMs: until * hour }) };
}

const one = [instance('one')];
const two = [instance('one'), instance('one')];

describe('the cost of a step', () => {
  test.each<
    [
      string,
      readonly [number, number],
      readonly (readonly [number, number?])[],
      readonly InstanceView[],
      string | undefined,
    ]
  >([
    ['alone for an hour', [1, 2], [[1, 2]], one, '1.0000'],
    ['alone for half an hour on two instances', [1, 1.5], [[1, 1.5]], two, '1.0000'],
    ['that was not seen in the listing', [1, 2], [], one, '1.0000'],
    [
      'beside another all the time',
      [1, 2],
      [
        [1, 2],
        [0, 9],
      ],
      one,
      '0.5000',
    ],
    ['beside one that still runs', [1, 2], [[1, 2], [1]], one, '0.5000'],
    [
      'beside another for half of it',
      [1, 2],
      [
        [1, 2],
        [1.5, 3],
      ],
      one,
      '0.7500',
    ],
    [
      'beside two in turn',
      [1, 2],
      [
        [1, 2],
        [0, 1.5],
        [1.5, 3],
      ],
      one,
      '0.5000',
    ],
    [
      'beside two at once',
      [0, 3],
      [
        [0, 3],
        [0, 3],
        [0, 3],
      ],
      one,
      '1.0000',
    ],
    [
      'behind another',
      [1, 2],
      [
        [1, 2],
        [0, 1],
        [2, 3],
      ],
      one,
      '1.0000',
    ],
    ['for no time', [1, 1], [[1, 1]], one, '0.0000'],
    ['on spot', [0, 1], [[0, 1]], [instance('one', 0, undefined, true)], '0.5000'],
    ['on instances that came in the middle', [0, 2], [[0, 2]], [...one, instance('one', 1)], '3.0000'],
    ['on instances that went in the middle', [0, 2], [[0, 2]], [...one, instance('one', 0, 1)], '3.0000'],
    [
      'on instances that had gone before, without a price',
      [1, 2],
      [[1, 2]],
      [...one, instance('x', 0, 1)],
      '1.0000',
    ],
    ['on an instance without a price', [0, 1], [[0, 1]], [...one, instance('x')], undefined],
    ['on a name that every object has', [0, 1], [[0, 1]], [instance('constructor')], undefined],
    ['on spot without a price', [0, 1], [[0, 1]], [instance('noSpot', 0, undefined, true)], undefined],
  ])('%s', (_, step, running, instances, cost) => {
    const [from, until] = step;
    const usd = stepCost(
      { fromMs: from * hour, untilMs: until * hour },
      running.map(span),
      instances,
      prices,
    );
    expect(usd === undefined ? undefined : costText(usd)).toBe(cost);
  });

  test('of all that ran at once is together what the instances cost meanwhile', () => {
    const spans = [
      [0, 3],
      [0.5, 2],
      [1, 2.5],
      [1, 3],
    ].map(([from = 0, until = 0]) => span([from, until]));
    const costs = spans.map(
      ({ fromMs, untilMs = 0 }) => stepCost({ fromMs, untilMs }, spans, two, prices) ?? 0,
    );
    expect(costs.reduce((sum, each) => sum + each, 0)).toBeCloseTo(6, 9);
  });
});

test('a step that is not listed any more shares no cost from then on', () => {
  const spans = new StepSpans();
  const view = (id: string, startedMs: number, endedMs?: number) => ({
    id,
    name: '',
    state: '',
    createdMs: 0,
    startedMs,
    ...(endedMs === undefined ? {} : { endedMs }),
  });
  spans.learn([view('b', 2), view('a', 1, 3), { id: 'c', name: '', state: 'PENDING', createdMs: 0 }]);
  expect(spans.all()).toEqual([{ fromMs: 2 }, { fromMs: 1, untilMs: 3 }]);
  spans.learn([view('d', 4)]);
  expect(spans.all()).toEqual([{ fromMs: 1, untilMs: 3 }, { fromMs: 4 }]);
});

test('the cost of instances is counted from their beginning to their end, or now', () => {
  expect(
    instancesCost([instance('one', 0), instance('one', 1, 2), instance('one', 1, 3, true)], prices, 4 * hour),
  ).toBe(6);
  expect(instancesCost([instance('x')], prices, hour)).toBeUndefined();
  expect(instancesCost([], prices, hour)).toBe(0);
});

test('the known prices hold in one region, and the own ones before them and everywhere', () => {
  const own = { 'm5.xlarge': { onDemand: 1, emr: 0 } };
  expect(pricesIn('us-east-1', own)).toMatchObject({
    'm5.xlarge': own['m5.xlarge'],
    'm6g.xlarge': knownPrices['m6g.xlarge'],
  });
  expect(pricesIn('eu-west-1', own)).toEqual(own);
  expect(pricesIn('eu-west-1')).toEqual({});
});

test('of each known type EMR takes a quarter of what EC2 does', () => {
  for (const { onDemand, emr } of Object.values(knownPrices)) expect(emr / onDemand).toBeCloseTo(0.25, 3);
});
