import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '@wasmlattice/telemetry';
import { describeError } from '@wasmlattice/telemetry';
import type { Environment } from '../config/read-settings.js';
import type { DataDirLock } from './data-dir-lock.js';
import { lockDataDir } from './data-dir-lock.js';
import type { DeathGuard } from './death-guard.js';
import { guardAgainstDeath } from './death-guard.js';
import { EmbeddedNatsError } from './embedded-nats-error.js';
import { findNatsServer } from './find-nats-server.js';
import type { NatsServerInfo } from './probe.js';
import { probeNats } from './probe.js';
import { isReadyMessage, listeningPort, logServerLine, parseServerLog } from './server-log.js';

export interface EmbeddedNatsOptions {
  /** Folder of the host's data; the server keeps its own in `nats` below it. */
  readonly dataDir: string;
  /** Searched for a downloaded program, see {@link findNatsServer}. */
  readonly cacheDir: string;
  /** Port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  /** JetStream domain of the server. */
  readonly jsDomain?: string | undefined;
  /** Where NATS_SERVER_BIN and PATH are read. */
  readonly env: Environment;
  readonly logger: Logger;
  /** How long the server may take to become ready; reading a large store takes its time. Default 30 s. */
  readonly readyTimeoutMs?: number;
  /** How long it may take to stop before it is killed. Default 5 s. */
  readonly stopTimeoutMs?: number;
}

/** How the server ended. */
export interface EmbeddedNatsExit {
  /** Whether {@link EmbeddedNats.stop} was called before. */
  readonly expected: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its log. */
  readonly logTail: readonly string[];
}

/** A `nats-server` that lives and dies with this process. */
export interface EmbeddedNats {
  /** `nats://127.0.0.1:{port}` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Settles when the process is gone. Never rejects. */
  readonly exited: Promise<EmbeddedNatsExit>;
  /** Asks the server to stop, waits for it, kills it after the deadline. Further calls wait for the same end. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';
const tailLength = 20;

/**
 * Starts `nats-server` with JetStream on the loopback interface and returns when it takes connections.
 *
 * The child is outside the terminal's process group: Ctrl-C reaches the host alone, which still needs the server to
 * say goodbye to the lattice. A failed start leaves nothing behind.
 *
 * @throws {@link EmbeddedNatsError}
 */
export async function startEmbeddedNats(options: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  const { logger, readyTimeoutMs = 30_000, stopTimeoutMs = 5_000 } = options;
  const program = await findNatsServer(options.env, options.cacheDir);
  const folder = join(options.dataDir, 'nats');
  await mkdir(folder, { recursive: true });
  const lock = await lockDataDir(folder, stopTimeoutMs);
  try {
    const configFile = join(folder, 'nats-server.conf');
    await writeFile(configFile, serverConfig(folder, options));
    const server = runServer(program, configFile, logger, stopTimeoutMs, lock);
    try {
      await lock.noteServer(server.pid);
      const { port, info } = await whenReady(server, readyTimeoutMs);
      const url = `nats://${host}:${port}`;
      logger.info('embedded NATS server is ready', { url, version: info.version, data: folder });
      const { exited, pid, stop } = server;
      return { url, host, port, pid, version: info.version, exited, stop };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    await lock.release();
    if (error instanceof EmbeddedNatsError) throw error;
    throw new EmbeddedNatsError(
      `the embedded NATS server could not be started (${program}): ${describeError(error)}`,
      'exited',
      { cause: error },
    );
  }
}

/** The file for `nats-server --config`. Its strings have the escapes of JSON. */
export function serverConfig(
  folder: string,
  { port, jsDomain }: Pick<EmbeddedNatsOptions, 'port' | 'jsDomain'>,
): string {
  const domain = jsDomain === undefined ? '' : `\n  domain: ${JSON.stringify(jsDomain)}`;
  return `# Written by wasmlattice-host at every start: changes are lost.
server_name: "wasmlattice-embedded"
host: ${JSON.stringify(host)}
port: ${port === 0 ? -1 : port}
jetstream {
  store_dir: ${JSON.stringify(folder)}${domain}
}
`;
}

interface RunningServer {
  readonly pid: number;
  /** The port, once the server has logged that it is ready. Rejects never; pends for ever if it ends before. */
  readonly ready: Promise<number>;
  readonly exited: Promise<EmbeddedNatsExit>;
  stop(): Promise<void>;
}

function runServer(
  program: string,
  configFile: string,
  logger: Logger,
  stopTimeoutMs: number,
  lock: DataDirLock,
): RunningServer {
  const child = spawn(program, ['--config', configFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const ready = Promise.withResolvers<number>();
  const logTail: string[] = [];
  let port: number | undefined;
  let isReady = false;
  let stopping: Promise<void> | undefined;

  createInterface({ input: child.stderr }).on('line', (text) => {
    const line = parseServerLog(text);
    logServerLine(logger, line);
    logTail.push(line.message);
    if (logTail.length > tailLength) logTail.shift();
    port ??= listeningPort(line.message);
    if (port !== undefined && isReadyMessage(line.message)) {
      isReady = true;
      ready.resolve(port);
    }
  });

  const guard: DeathGuard | undefined = child.pid === undefined ? undefined : guardAgainstDeath(child.pid);
  const ended = whenEnded(child);
  const exited = ended.then(async ({ code, error, signal }): Promise<EmbeddedNatsExit> => {
    guard?.dismiss();
    await lock.release();
    if (error !== undefined) logTail.push(error.message);
    const exit = { expected: stopping !== undefined, code, signal, logTail };
    // Before it is ready, its end is told by the error of the start.
    if (isReady && !exit.expected) logger.error('embedded NATS server ended unexpectedly', { code, signal });
    return exit;
  });

  return {
    pid: child.pid ?? 0,
    ready: ready.promise,
    exited,
    stop() {
      stopping ??= stopChild(child, exited, stopTimeoutMs, logger);
      return stopping;
    },
  };
}

/** The end of a child with its output read to the last line, or the failure to start it. */
async function whenEnded(
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
  server: RunningServer,
  timeoutMs: number,
): Promise<{ port: number; info: NatsServerInfo }> {
  const timeout = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => timeout.resolve('timeout'), timeoutMs);
  try {
    const first = await Promise.race([server.ready, server.exited, timeout.promise]);
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

function endedEarly({ code, logTail, signal }: EmbeddedNatsExit): EmbeddedNatsError {
  const how = signal === null ? `code ${code}` : `signal ${signal}`;
  const last =
    logTail.length === 0 ? 'it logged nothing' : `its last lines:\n  ${logTail.slice(-5).join('\n  ')}`;
  return new EmbeddedNatsError(
    `the embedded NATS server ended with ${how} before it was ready; ${last}`,
    'exited',
  );
}
