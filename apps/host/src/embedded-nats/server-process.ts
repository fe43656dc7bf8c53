import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Logger } from '@wasmlattice/telemetry';
import { guardAgainstDeath } from '../death-guard.js';
import { EmbeddedNatsError } from './embedded-nats-error.js';
import type { NatsServerInfo } from './probe.js';
import { probeNats } from './probe.js';
import { isReadyMessage, listeningPort, logServerLine, parseServerLog } from './server-log.js';

/** How one run of the server ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its log. */
  readonly logTail: readonly string[];
}

/** A server that takes connections. */
export interface ReadyServer {
  readonly port: number;
  readonly info: NatsServerInfo;
}

/** One run of `nats-server`. */
export interface ServerProcess {
  /** 0 when the program could not be started. */
  readonly pid: number;
  /** Settles when the process is gone and its output is read. Never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Resolves when the server takes connections; rejects with an {@link EmbeddedNatsError}. */
  whenReady(timeoutMs: number): Promise<ReadyServer>;
  /** Asks the server to stop, waits for it, kills it after the deadline. May be called twice. */
  stop(): Promise<void>;
}

/** What {@link runServer} needs. */
export interface ServerProcessOptions {
  readonly program: string;
  readonly configFile: string;
  /** Where the configuration makes it listen. */
  readonly host: string;
  readonly logger: Logger;
  readonly stopTimeoutMs: number;
}

const tailLength = 20;
const shownLength = 5;

/**
 * Starts `nats-server` outside the terminal's process group: Ctrl-C reaches the host alone, which still needs the
 * server to say goodbye to the lattice. The server ends with this process, however that ends.
 */
export function runServer({
  configFile,
  host,
  logger,
  program,
  stopTimeoutMs,
}: ServerProcessOptions): ServerProcess {
  const child = spawn(program, ['--config', configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const listening = Promise.withResolvers<number>();
  const logTail: string[] = [];
  let port: number | undefined;

  createInterface({ input: child.stderr }).on('line', (text) => {
    const line = parseServerLog(text);
    logServerLine(logger, line);
    logTail.push(line.message);
    if (logTail.length > tailLength) logTail.shift();
    port ??= listeningPort(line.message);
    if (port !== undefined && isReadyMessage(line.message)) listening.resolve(port);
  });

  const guard = child.pid === undefined ? undefined : guardAgainstDeath(child.pid);
  const exited = whenEnded(child).then(({ code, error, signal }): ServerExit => {
    guard?.dismiss();
    if (error !== undefined) logTail.push(error.message);
    return { code, signal, logTail };
  });
  let stopping: Promise<void> | undefined;

  return {
    pid: child.pid ?? 0,
    exited,
    whenReady: (timeoutMs) => whenReady(host, listening.promise, exited, timeoutMs),
    stop() {
      stopping ??= stopChild(child, exited, stopTimeoutMs, logger);
      return stopping;
    },
  };
}

/** The end of a child with its output read to the last line, or the failure to start it. */
function whenEnded(
  child: ChildProcess,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<unknown>,
  stopTimeoutMs: number,
  logger: Logger,
): Promise<void> {
  child.kill('SIGTERM');
  const deadline = setTimeout(() => {
    logger.warn('embedded NATS server does not stop and is killed', { waitedMs: stopTimeoutMs });
    child.kill('SIGKILL');
  }, stopTimeoutMs);
  try {
    await exited;
  } finally {
    clearTimeout(deadline);
  }
}

async function whenReady(
  host: string,
  listening: Promise<number>,
  exited: Promise<ServerExit>,
  timeoutMs: number,
): Promise<ReadyServer> {
  const timeout = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => timeout.resolve('timeout'), timeoutMs);
  try {
    const first = await Promise.race([listening, exited, timeout.promise]);
    if (first === 'timeout') {
      throw new EmbeddedNatsError(
        `the embedded NATS server is not ready after ${timeoutMs} ms: look at its log with --log-level debug`,
        'not-ready',
      );
    }
    if (typeof first !== 'number') throw endedEarly(first);
    const found = await probeNats(host, first, timeoutMs);
    if (found.kind === 'nats' && found.info.jetstream) return { port: first, info: found.info };
    throw new EmbeddedNatsError(
      `the embedded NATS server listens on port ${first} but does not offer JetStream: check the folder of its data`,
      'not-ready',
    );
  } finally {
    clearTimeout(timer);
  }
}

function endedEarly({ code, logTail, signal }: ServerExit): EmbeddedNatsError {
  const how = signal === null ? `code ${code}` : `signal ${signal}`;
  const last = logTail.slice(-shownLength).join('\n  ');
  const words = last === '' ? 'it logged nothing' : `its last lines:\n  ${last}`;
  return new EmbeddedNatsError(
    `the embedded NATS server ended with ${how} before it was ready; ${words}`,
    'exited',
  );
}
