#!/usr/bin/env node
// Plain JavaScript that every Node since 18 can read, so that an old one is told which it needs.
import { existsSync } from 'node:fs';
import module from 'node:module';

const neededMajor = 24;

if (Number(process.versions.node.split('.')[0]) < neededMajor) {
  process.stderr.write(
    `error: daybook needs Node ${neededMajor} or newer and runs on ${process.version}: install it from https://nodejs.org. [node-too-old]\n`,
  );
  process.exit(2);
}

module.enableCompileCache();

// In a checkout the sources run as they are. A package resolves to its sources by this condition, for the configuration too.
const source = new URL('../src/main.ts', import.meta.url);
const inCheckout = existsSync(source);
if (inCheckout) {
  module.registerHooks({
    resolve: (specifier, context, nextResolve) =>
      nextResolve(specifier, { ...context, conditions: ['daybook-source', ...context.conditions] }),
  });
}

const { main } = await import((inCheckout ? source : new URL('../dist/main.js', import.meta.url)).href);
await main(process.argv.slice(2));
