import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkConfig,
  defineTask,
  manifestStore,
  param,
  run,
  sparkFile,
  sql,
  table,
  text,
  uniqueKey,
} from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { expect, onTestFinished, test } from 'vitest';
import { onSpark } from '../../emr-local/test/on-spark.ts';
import { spark3, sparkHome } from '../../emr-local/test/spark/spark-kinds.ts';
import { emrRunner } from '../src/index.ts';
import { openSparkWorld } from './spark-world.ts';

/** Keeps the rows of one word, in Java. It is given its own argument, and the two of Daybook behind it. */
const program = `
import org.apache.spark.sql.*;

public class Keep {
  public static void main(String[] given) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    Dataset<Row> inputs = spark.read().option("multiLine", true).json(given[2]);
    String[] parts = inputs.selectExpr("explode(inputs.words[0].parts)").as(Encoders.STRING()).collectAsList().toArray(new String[0]);
    spark.read().parquet(parts).where(functions.col("word").equalTo(given[0])).write().parquet(given[4]);
    spark.stop();
  }
}
`;

onSpark(
  (kind) => {
    test('a program in a jar reads its inputs and writes its output', { timeout: 300_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'runner-emr-jar-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'Keep.java'), program);
      execFileSync('javac', [
        '-cp',
        join(sparkHome(kind), 'jars/*'),
        '-d',
        folder,
        join(folder, 'Keep.java'),
      ]);
      execFileSync('jar', ['cf', join(folder, 'keep.jar'), '-C', folder, 'Keep.class']);

      const words = defineTask({
        name: 'words',
        output: table({ n: 'bigint', word: 'string' }),
        job: sql`SELECT CAST(1 AS BIGINT) AS n, 'tea' AS word UNION ALL SELECT CAST(2 AS BIGINT), 'salt'`,
      });
      const kept = defineTask({
        name: 'kept',
        params: { word: text },
        inputs: () => ({ words: words() }),
        output: table({ n: 'bigint', word: 'string' }),
        controls: [uniqueKey('n')],
        job: {
          kind: 'spark',
          program: sparkFile(join(folder, 'keep.jar')),
          mainClass: 'Keep',
          arguments: [param('word')],
        },
      });
      const world = await openSparkWorld(kind);
      const targets = fileTargets({ root: join(folder, 'data') });
      const home = localRunner({ isolation: 'none' });
      const runners = [{ runner: home, tasks: ['words'] }, emrRunner(world.options)];
      const config = checkConfig({ targets, runners, tasks: [words, kept] }, 'jar');
      const { outcome, tasks } = await run({
        config,
        roots: [kept({ word: 'tea' })],
        today: '2018-07-25',
        workers: 1,
      });
      expect(outcome, JSON.stringify(tasks)).toBe('ok');
      const { parts, output } = (await manifestStore(targets).current('kept/word=tea'))!.manifest;
      const rows: string[] = [];
      for await (const lines of home.readRows!(targets, parts, output, { orderBy: ['n'], as: 'tsv' }))
        rows.push(...lines);
      expect(rows).toEqual(['1\ttea']);
      expect(world.server.state().clusters.filter(({ live }) => live)).toEqual([]);
      await world.close();
    });
  },
  [spark3],
);
