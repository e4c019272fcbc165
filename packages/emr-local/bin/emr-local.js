#!/usr/bin/env node
import { existsSync } from 'node:fs';

const leastNode = 24;

if (Number(process.versions.node.split('.')[0]) < leastNode) {
  process.stderr.write(
    `emr-local needs Node ${leastNode} or later and this is ${process.versions.node}: install a later one.\n`,
  );
  process.exitCode = 2;
} else {
  // A checkout runs from its source, which an installed package does not have.
  const source = new URL('../src/main.ts', import.meta.url);
  const built = new URL('../dist/main.js', import.meta.url);
  const { main } = await import((existsSync(source) ? source : built).href);
  process.exitCode = await main(process.argv.slice(2));
}
