import type { ParamReference } from '@daybook/core';

/** A file that goes to the cluster with a program, named by its content. */
export interface SparkFile {
  /** On this machine. */
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

/** A program of the user's own for `spark-submit`. */
export interface SparkJob {
  readonly kind: 'spark';
  /** A `.py` file or a jar. */
  readonly program: SparkFile;
  /** The class of a jar whose `main` is run. */
  readonly mainClass?: string;
  /** What it needs beside it: Python's modules, jars, and any other file. */
  readonly files?: readonly SparkFile[];
  readonly arguments?: readonly (string | ParamReference)[];
}
