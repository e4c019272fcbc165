import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { realClock, type Clock } from '../clock.ts';
import { createEmulator } from '../emulator.ts';
import { EmrLocalError } from '../errors.ts';
import { createFaults, type Fault, type FaultKind, type Faults } from '../faults.ts';
import { checkedDelays, type DelayOptions } from '../service/delays.ts';
import { EmrMachine } from '../service/machine.ts';
import type { StepSettings } from '../steps/settings.ts';
import { askForFault } from './control.ts';
import { isLoopback, serve, type ServedRequest, type Service } from './serve.ts';
import { stateOf, type EmrLocalState } from './state.ts';

/** How EMR is served. */
export interface EmrLocalOptions extends DelayOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default `127.0.0.1`; another address than one of this machine alone is refused. */
  readonly host?: string;
  /** Where `s3://` leads in steps; logs of `s3://bucket/…` log URIs are put there too. Default: to S3 itself, where none are put. */
  readonly s3Endpoint?: string;
  /** The path of spark-submit. Default: none, and steps that need it fail. */
  readonly sparkSubmit?: string;
  /** What stands for the cluster. Default `local[*]`. */
  readonly sparkMaster?: string;
  /** Settings that Spark gets before those of a step. */
  readonly sparkConf?: Readonly<Record<string, string>>;
  /** The folder for logs of `s3://bucket/…` log URIs, with the bucket as its first level. Default `logs` below the state folder. */
  readonly logFolder?: string;
  /** The folder in which steps run. Default: a temporary one that is removed at the end. */
  readonly stateFolder?: string;
  /** Default: the real clock. */
  readonly clock?: Clock;
  /** Decides faults and identifiers. Default: faults as by 1, and identifiers that no other run has. */
  readonly seed?: string | number;
  /** Faults to begin with, as if asked for by `POST /_control/faults`. */
  readonly faults?: readonly Fault[];
  /** The probability of each kind of fault by seed. Default 0. */
  readonly faultRate?: number;
  /** The kinds that come by seed. Default all. */
  readonly faultKinds?: readonly FaultKind[];
  /** Told of each request for an operation as its answer begins. */
  readonly onRequest?: (request: ServedRequest) => void;
}

/** A server that is up. */
export interface EmrLocal {
  /** Such as `http://127.0.0.1:4302`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** Where the logs of `s3://` log URIs are. */
  readonly logFolder: string;
  /** What `GET /_control/state` answers. */
  readonly state: () => EmrLocalState;
  /** Asks for a fault, as `POST /_control/faults` does. Throws `bad-option`. */
  readonly addFault: (fault: Fault) => void;
  /** Moves a virtual clock on, and lets happen what is due. */
  readonly advance: (seconds: number) => void;
  /** Ends the server and its connections at once, and kills all steps. */
  readonly close: () => Promise<void>;
}

/** Serves EMR on this machine; resolves when it listens. Rejects with `bad-option` or `cannot-listen`. */
export async function startEmrLocal(options: EmrLocalOptions = {}): Promise<EmrLocal> {
  const { port = 0, host = '127.0.0.1', seed, clock = realClock() } = options;
  mustBeLoopback(host);
  mustBeUrl(options.s3Endpoint);
  const machine = new EmrMachine({ delays: checkedDelays(options), seed: seed ?? randomUUID() });
  const faults = faultsOf(options);
  const temporary = options.stateFolder === undefined;
  const stateFolder = resolve(options.stateFolder ?? (await mkdtemp(join(tmpdir(), 'emr-local-'))));
  await mkdir(stateFolder, { recursive: true });
  const settings = stepSettings(options, stateFolder);
  const emulator = createEmulator(machine, clock, settings);
  const calls = new Map<string, number>();
  const service: Service = { emulator, faults, calls, onRequest: options.onRequest ?? (() => undefined) };
  const server = createServer((request, response) => void serve(service, request, response));
  const close = async (): Promise<void> => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await emulator.close();
    if (temporary) await rm(stateFolder, { recursive: true, force: true });
  };
  const bound = await listen(server, port, host).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return Object.freeze({
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    port: bound.port,
    faults,
    logFolder: settings.logFolder,
    state: () => stateOf(emulator, faults, calls),
    addFault: (fault: Fault) => askForFault(emulator, faults, fault),
    advance: (seconds: number) => emulator.advance(seconds * 1_000),
    close,
  });
}

function mustBeLoopback(host: string): void {
  if (host !== 'localhost' && !isLoopback(host)) {
    throw new EmrLocalError(
      'bad-option',
      `emr-local runs commands for whoever reaches it and does not listen on ${host}: leave out the host.`,
    );
  }
}

function mustBeUrl(s3Endpoint: string | undefined): void {
  if (s3Endpoint !== undefined && !/^https?:$/.test(URL.parse(s3Endpoint)?.protocol ?? '')) {
    throw new EmrLocalError(
      'bad-option',
      `s3Endpoint is a URL such as http://127.0.0.1:9000, not ${s3Endpoint}.`,
    );
  }
}

function faultsOf(options: EmrLocalOptions): Faults {
  const faults = createFaults({
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.faultRate === undefined ? {} : { rate: options.faultRate }),
    ...(options.faultKinds === undefined ? {} : { kinds: options.faultKinds }),
  });
  for (const fault of options.faults ?? []) faults.add(fault);
  return faults;
}

function stepSettings(options: EmrLocalOptions, stateFolder: string): StepSettings {
  const { sparkSubmit, sparkMaster = 'local[*]', sparkConf = {}, s3Endpoint } = options;
  const logFolder = resolve(options.logFolder ?? join(stateFolder, 'logs'));
  return { sparkSubmit, sparkMaster, sparkConf, s3Endpoint, logFolder, stateFolder };
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return server.address() as AddressInfo;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EmrLocalError('cannot-listen', `${why}. Give another port, or 0 for any free one.`, { cause });
  }
}
