import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyRow, uniqueKey } from '../control.ts';
import { text } from '../param.ts';
import { table } from '../schema.ts';
import type { SparkFile } from '../spark-file.ts';
import { sparkFile } from '../spark-file.ts';
import { param, sql } from '../sql/statement.ts';
import type { Task } from '../task.ts';
import { defineTask } from '../task.ts';
import { countedColumns, everyTypeColumns } from './runner-fixtures.ts';
import { counted, everyType } from './runner-law-tasks.ts';

const programText = `
import argparse
import json
import time

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("way")
parser.add_argument("--ticks", default="")
parser.add_argument("--daybook-inputs", required=True)
parser.add_argument("--daybook-output", required=True)
given = parser.parse_args()
while given.way == "endless":
    with open(given.ticks, "a") as ticks:
        ticks.write(".")
    time.sleep(0.01)
if given.way == "fails":
    raise RuntimeError("There is no such thing.")
spark = SparkSession.builder.getOrCreate()
inputs = json.loads(spark.read.text(given.daybook_inputs, wholetext=True).first()[0])
parts = [part for member in inputs["inputs"]["rows"] for part in member["parts"]]
rows = spark.read.parquet(*parts)
if given.way == "drops":
    rows = rows.drop("label")
rows.write.parquet(given.daybook_output)
spark.stop()
`;

let written: SparkFile | undefined;

/** The program of these tasks, in a temporary folder: it goes with the machine's others. */
function program(): SparkFile {
  if (written !== undefined) return written;
  const path = join(mkdtempSync(join(tmpdir(), 'laws-')), 'law_program.py');
  writeFileSync(path, programText);
  return (written = sparkFile(path));
}

/** Copies a table of every type. */
export function sparkCopy(): Task {
  return defineTask({
    name: 'law-spark-copy',
    inputs: () => ({ rows: everyType() }),
    output: table(everyTypeColumns),
    job: { kind: 'spark', program: program(), arguments: ['copies'] },
  })();
}

/** Copies counted rows, with controls that the fixture `bad-counted` breaks. */
export function sparkControlled(): Task {
  return defineTask({
    name: 'law-spark-controlled',
    inputs: () => ({ rows: counted() }),
    output: table(countedColumns),
    controls: [uniqueKey('n'), everyRow('amount is positive', sql`amount > 0`)],
    job: { kind: 'spark', program: program(), arguments: ['copies'] },
  })();
}

/** Writes a column less than it declares. */
export function sparkUndeclared(): Task {
  return defineTask({
    name: 'law-spark-undeclared',
    inputs: () => ({ rows: counted() }),
    output: table(countedColumns),
    job: { kind: 'spark', program: program(), arguments: ['drops'] },
  })();
}

export function sparkFailing(): Task {
  return defineTask({
    name: 'law-spark-failing',
    inputs: () => ({ rows: counted() }),
    output: table({ n: 'bigint' }),
    job: { kind: 'spark', program: program(), arguments: ['fails'] },
  })();
}

/** Adds to the local file `ticks` for ever, where the program runs on this machine. */
export function sparkEndless(ticks: string): Task {
  return defineTask({
    name: 'law-spark-endless',
    params: { ticks: text },
    inputs: () => ({ rows: counted() }),
    output: table({ n: 'bigint' }),
    job: { kind: 'spark', program: program(), arguments: ['endless', '--ticks', param('ticks')] },
  })({ ticks });
}
