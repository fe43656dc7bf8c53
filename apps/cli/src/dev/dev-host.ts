import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { guardAgainstDeath } from '@wasmlattice/host/death-guard';
import { CliError } from '../cli-error.js';
import { developmentEnvironment, hostProgram } from '../run-host.js';
import { type HostRecord, parseHostRecord } from './host-record.js';

export interface DevHostOptions {
  /** Where the host and its NATS server keep their data. */
  readonly dataDir: string;
  readonly lattice: string;
  readonly onRecord: (record: HostRecord) => void;
  readonly signal: AbortSignal;
}

/** A host with a NATS server of its own, in a process that is ended with this one. */
export interface DevHost extends AsyncDisposable {
  readonly hostId: string;
  readonly natsUrl: string;
  /** Resolves when the process ends, whoever ended it. */
  readonly exited: Promise<void>;
}

/** @throws CliError with what the host says when it does not start */
export async function startDevHost({ dataDir, lattice, onRecord, signal }: DevHostOptions): Promise<DevHost> {
  const child = spawn(
    process.execPath,
    [
      await hostProgram(),
      ...['--embedded-nats', 'require', '--embedded-nats-port', '0'],
      ...['--data-dir', dataDir, '--lattice', lattice, '--enable-structured-logging'],
    ],
    {
      env: developmentEnvironment(process.env),
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C is for the loop, which stops the host in order.
      detached: true,
    },
  );
  const guard = child.pid === undefined ? undefined : guardAgainstDeath(child.pid);
  const exited = once(child, 'exit').then(
    () => guard?.dismiss(),
    () => guard?.dismiss(),
  );
  const started = Promise.withResolvers<HostRecord>();
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    const record = parseHostRecord(line);
    if (record === undefined || record.level === 'ERROR') said.push(record?.message ?? line);
    if (record === undefined) return;
    if (record.message === 'host started') started.resolve(record);
    onRecord(record);
  });
  const stop = (): Promise<void> => stopHost(child, exited);
  try {
    const { fields } = await Promise.race([
      started.promise,
      exited.then(() => {
        throw new CliError(
          `the host did not start: ${said.slice(-5).join('; ') || 'it says nothing'}`,
          '`wasmlattice up` shows the same and more',
        );
      }),
      aborted(signal),
    ]);
    return {
      hostId: String(fields.host),
      natsUrl: String(fields.ctl),
      exited,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopHost(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await exited;
}

async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}
