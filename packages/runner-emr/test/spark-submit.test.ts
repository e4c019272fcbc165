import type { SparkFile, SparkJob } from '@daybook/core';
import { param } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { applicationStep, mostArgumentCharacters, programStep } from '../src/submission/spark-submit.ts';

const file = (name: string): SparkFile => ({ path: `/here/${name}`, name, sha256: 'c'.repeat(64) });
const place = ({ name }: SparkFile): string => `s3://scratch/${name}`;

test('the application is started with its plan, and the user’s settings do not undo its own', () => {
  const step = applicationStep({
    script: 's3://scratch/app.py',
    plan: 's3://scratch/plan.json',
    settings: { 'spark.executor.memory': '4g', 'spark.yarn.maxAppAttempts': '5' },
  });
  expect(step).toEqual([
    'spark-submit',
    '--deploy-mode',
    'client',
    '--conf',
    'spark.executor.memory=4g',
    '--conf',
    'spark.yarn.maxAppAttempts=1',
    '--conf',
    'spark.scheduler.mode=FAIR',
    's3://scratch/app.py',
    's3://scratch/plan.json',
  ]);
});

describe('a program of the user’s own', () => {
  const job: SparkJob = {
    kind: 'spark',
    program: file('main.py'),
    files: [file('help.py'), file('words.csv'), file('x.jar'), file('more.zip')],
    arguments: ['--day', param('date'), param('absent')],
  };
  const step = (change: Partial<Parameters<typeof programStep>[0]> = {}) =>
    programStep({
      task: 'made/date=2018-07-24',
      job,
      values: { date: '2018-07-24' },
      place,
      inputs: 's3://scratch/inputs.json',
      output: 's3://books/made/f/',
      ...change,
    });

  test('is given its files, its own arguments, and then where its inputs and its output are', () => {
    const words = step();
    expect(words.slice(words.indexOf('--py-files'))).toEqual([
      '--py-files',
      's3://scratch/help.py,s3://scratch/more.zip',
      '--files',
      's3://scratch/words.csv',
      '--jars',
      's3://scratch/x.jar',
      's3://scratch/main.py',
      '--day',
      '2018-07-24',
      '',
      '--daybook-inputs',
      's3://scratch/inputs.json',
      '--daybook-output',
      's3://books/made/f/',
    ]);
  });

  test('writes times as they are read unless it says otherwise, and is never started twice', () => {
    expect(step()).toContain('spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS');
    const settings = { 'spark.sql.ansi.enabled': 'false', 'spark.yarn.maxAppAttempts': '3' };
    const words = step({ settings });
    expect(words).toContain('spark.sql.ansi.enabled=false');
    expect(words).not.toContain('spark.sql.ansi.enabled=true');
    expect(words).toContain('spark.yarn.maxAppAttempts=1');
  });

  test('of a jar has the class that is run', () => {
    const words = step({ job: { ...job, program: file('main.jar'), mainClass: 'org.example.Main' } });
    expect(words.slice(words.indexOf('--class'), words.indexOf('--class') + 2)).toEqual([
      '--class',
      'org.example.Main',
    ]);
  });

  test('with more arguments than EMR takes is refused, with how many they are', () => {
    const characters = step({ job: { ...job, arguments: [] } }).join('').length;
    const fitting = 'x'.repeat(mostArgumentCharacters - characters);
    expect(step({ job: { ...job, arguments: [fitting] } }).join('').length).toBe(10_240);
    expect(() => step({ job: { ...job, arguments: [`${fitting}x`] } })).toThrow(
      'The step of made/date=2018-07-24 has arguments of 10241 characters, and EMR takes 10240. Hand long arguments over in a file of the job.',
    );
  });
});
