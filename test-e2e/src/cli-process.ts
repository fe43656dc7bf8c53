import { type Child, startChild, type TestNatsServer } from '@wasmlattice/test-support';
import { paths } from './paths.js';

/** How a command of the command line ended, and all it wrote. */
export interface CliOutcome {
  readonly code: number | string;
  readonly output: string;
}

/** Starts the command line as a process, for the lattice on `nats`. */
export function startCli(nats: TestNatsServer, ...args: readonly string[]): Child {
  return startChild(process.execPath, [paths.cli, ...args], {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    WASMCLOUD_CTL_HOST: nats.host,
    WASMCLOUD_CTL_PORT: String(nats.port),
  });
}

/** Runs a command to its end. */
export async function runCli(nats: TestNatsServer, ...args: readonly string[]): Promise<CliOutcome> {
  await using child = startCli(nats, ...args);
  const code = await child.exited;
  return { code, output: child.output() };
}
