import { execFile } from 'node:child_process';
import type { TestNatsServer } from '@wasmlattice/test-support';

/** How a command ended, and what it said. */
export interface WashOutcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `wash`, or our command line, which has its words and variables, in one lattice. */
export type Wash = (...args: readonly string[]) => Promise<WashOutcome>;

export interface WashOptions {
  readonly program: string;
  /** What comes before each command. */
  readonly args?: readonly string[];
  readonly nats: TestNatsServer;
  readonly lattice: string;
  /** Keys and caches go here. */
  readonly home: string;
}

/** Ends a command that hangs, in ms: one packs, pushes or pulls a program of a hundred megabytes, beside whatever else the machine does. */
const patienceMs = 300_000;
/** How long `start` waits for the event of what it has to start, in ms: a host compiles megabytes first, or pulls them. */
const startPatienceMs = 120_000;

export function createWash({ program, args: before = [], nats, lattice, home }: WashOptions): Wash {
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    WASMCLOUD_LATTICE: lattice,
    WASMCLOUD_CTL_HOST: nats.host,
    WASMCLOUD_CTL_PORT: String(nats.port),
    WASMCLOUD_RPC_HOST: nats.host,
    WASMCLOUD_RPC_PORT: String(nats.port),
    // What asks all hosts waits for as long, and what waits for an event unless it is told otherwise.
    WASMCLOUD_CTL_TIMEOUT_MS: '4000',
    WASMCLOUD_RPC_TIMEOUT_MS: '20000',
    WASH_DISABLE_VERSION_CHECK: '1',
  };
  return (...args) =>
    new Promise((resolve) => {
      execFile(program, [...before, ...args], { env, timeout: patienceMs }, (error, stdout, stderr) => {
        const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ exit, stdout, stderr });
      });
    });
}

/** Runs a command and throws what it said unless it succeeds. */
export async function washSucceeds(wash: Wash, ...args: readonly string[]): Promise<string> {
  const patience = args[0] === 'start' ? ['--timeout-ms', String(startPatienceMs)] : [];
  const { exit, stdout, stderr } = await wash(...args, ...patience);
  if (exit !== 0) throw new Error(`the command ${args.join(' ')} ended with ${exit}: ${stderr}${stdout}`);
  return stdout;
}
