import { expect, test } from 'vitest';
import { clusterHours } from '../src/events/cluster-hours.ts';
import type { DaybookEvent } from '../src/events/event.ts';

const at = (time: string): string => `2018-07-24T${time}:00.000Z`;
const created = (cluster: string, time: string, runner = 'emr'): DaybookEvent => ({
  kind: 'clusterCreated',
  at: at(time),
  runner,
  cluster,
});
const ended = (cluster: string, since: string, until: string, runner = 'emr'): DaybookEvent => ({
  kind: 'clusterEnded',
  at: at(until),
  runner,
  cluster,
  since: at(since),
  durationMs: Date.parse(at(until)) - Date.parse(at(since)),
});

test('clusters that live and those that have ended are counted together, by runner', () => {
  let time = '06:00';
  const hours = clusterHours(() => Date.parse(at(time)));
  expect(hours.soFar()).toEqual({});
  hours.happened(created('j-1', '06:00'));
  hours.happened(created('j-2', '06:30', 'big'));
  time = '07:30';
  expect(hours.soFar()).toEqual({ emr: 1.5, big: 1 });
  hours.happened(ended('j-1', '06:00', '07:30'));
  time = '09:00';
  expect(hours.soFar()).toEqual({ emr: 1.5, big: 2.5 });
});

test('a cluster that another process began is not counted here, and none is twice', () => {
  const hours = clusterHours(() => Date.parse(at('09:00')));
  hours.happened(ended('j-0', '01:00', '06:00'));
  hours.happened(created('j-1', '06:00'));
  hours.happened(ended('j-1', '06:00', '07:00'));
  hours.happened(ended('j-1', '06:00', '07:00'));
  expect(hours.soFar()).toEqual({ emr: 1 });
});
