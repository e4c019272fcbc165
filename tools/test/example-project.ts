import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExchangeServer } from '@daybook/exchange-simulator';
import { createExchange, startExchangeServer } from '@daybook/exchange-simulator';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../documents/blocks.ts';

const command = join(root, 'apps/cli/bin/daybook.js');

/** A folder with the configuration of an example, in which the command is run as a user does. */
export interface ExampleProject {
  /** Runs the command and gives what it prints; throws where it fails. */
  daybook(...words: readonly string[]): Promise<string>;
  /** What was exported to `reports`: each TSV by its path. */
  reports(): Readonly<Record<string, string>>;
}

/** Makes projects of examples beside each other, all with one simulated exchange whose today is `today`. */
export function exampleProjects(today: string) {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-examples-'));
  let exchange: ExchangeServer;
  beforeAll(async () => {
    exchange = await startExchangeServer({
      exchange: createExchange({ seed: '7', today, postingsPerDay: 1000 }),
    });
  });
  afterAll(async () => {
    await exchange.close();
    rmSync(folder, { recursive: true, force: true });
  });
  /** `change` is made to the text of the configuration. */
  return (
    example: string,
    name: string,
    environment: Readonly<Record<string, string>>,
    change = (config: string): string => config,
  ): ExampleProject => {
    const place = join(folder, name);
    mkdirSync(place);
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    const config = readFileSync(join(root, 'examples', example, 'daybook.config.ts'), 'utf8');
    writeFileSync(join(place, 'daybook.config.ts'), change(config));
    return {
      async daybook(...words) {
        const { stdout } = await promisify(execFile)(process.execPath, [command, ...words], {
          cwd: place,
          env: { ...process.env, EXCHANGE_URL: exchange.url, ...environment },
        });
        return stdout;
      },
      reports() {
        const reports = join(place, 'reports');
        const paths = readdirSync(reports, { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.tsv'))
          .toSorted();
        return Object.fromEntries(paths.map((path) => [path, readFileSync(join(reports, path), 'utf8')]));
      },
    };
  };
}
