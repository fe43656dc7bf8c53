import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@wasmlattice/telemetry';
import { describeError } from '@wasmlattice/telemetry';
import type { Environment } from '../config/read-settings.js';
import type { DataDirLock } from './data-dir-lock.js';
import { lockDataDir } from './data-dir-lock.js';
import { EmbeddedNatsError } from './embedded-nats-error.js';
import { findNatsServer } from './find-nats-server.js';
import type { ReadyServer, ServerExit, ServerProcess } from './server-process.js';
import { runServer } from './server-process.js';

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

/** A `nats-server` that lives and dies with this process, and is started again when it dies alone. */
export interface EmbeddedNats {
  /** `nats://127.0.0.1:{port}` */
  readonly url: string;
  readonly host: string;
  /** The same after a restart. */
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly version: string;
  /** How the last process ended; settles after {@link EmbeddedNats.stop}. Never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Asks the server to stop, waits for it, kills it after the deadline. Further calls wait for the same end. */
  stop(): Promise<void>;
}

const host = '127.0.0.1';

/** Waits before another start after an unexpected end, in ms; the last one again and again. */
const restartDelaysMs = [0, 250, 1_000, 5_000] as const;

/**
 * Starts `nats-server` with JetStream on the loopback interface and returns when it takes connections. A failed start
 * leaves nothing behind.
 *
 * @throws {@link EmbeddedNatsError}
 */
export async function startEmbeddedNats(options: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  const { logger, stopTimeoutMs = 5_000 } = options;
  const program = await findNatsServer(options.env, options.cacheDir);
  const folder = join(options.dataDir, 'nats');
  await mkdir(folder, { recursive: true });
  const lock = await lockDataDir(folder, stopTimeoutMs);
  const server = new Supervisor({ ...options, stopTimeoutMs, program, folder, lock });
  try {
    const { info, port } = await server.start(options.port);
    const url = `nats://${host}:${port}`;
    logger.info('embedded NATS server is ready', { url, version: info.version, data: folder });
    return {
      url,
      host,
      port,
      version: info.version,
      get pid() {
        return server.pid;
      },
      exited: server.keepRunning(port),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
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

interface SupervisorOptions extends EmbeddedNatsOptions {
  readonly stopTimeoutMs: number;
  readonly program: string;
  readonly folder: string;
  readonly lock: DataDirLock;
}

/** Starts runs of the server one after the other until it is stopped. */
class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #stop = new AbortController();
  #run: ServerProcess | undefined;
  #stopped: Promise<void> | undefined;
  #kept: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get pid(): number {
    return this.#run?.pid ?? 0;
  }

  /** Starts one run and waits until it takes connections; a run that does not is stopped. */
  async start(port: number): Promise<ReadyServer> {
    const { folder, lock, logger, program, readyTimeoutMs = 30_000, stopTimeoutMs } = this.#options;
    const configFile = join(folder, 'nats-server.conf');
    await writeFile(configFile, serverConfig(folder, { ...this.#options, port }));
    this.#stop.signal.throwIfAborted();
    const run = runServer({ program, configFile, host, logger, stopTimeoutMs });
    this.#run = run;
    try {
      await lock.noteServer(run.pid);
      return await run.whenReady(readyTimeoutMs);
    } catch (error) {
      await run.stop();
      throw error;
    }
  }

  /** Starts the server again on its port whenever it ends by itself. Connections of the host find their way back. */
  keepRunning(port: number): Promise<ServerExit> {
    const kept = this.#keepRunning(port);
    this.#kept = kept;
    return kept;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #keepRunning(port: number): Promise<ServerExit> {
    const { logger } = this.#options;
    const { signal } = this.#stop;
    let exit: ServerExit = { code: null, signal: null, logTail: [] };
    while (this.#run !== undefined) {
      exit = await this.#run.exited;
      if (signal.aborted) break;
      logger.error('embedded NATS server ended unexpectedly, starting it again', {
        code: exit.code,
        signal: exit.signal,
      });
      await this.#startAgain(port);
    }
    return exit;
  }

  async #startAgain(port: number): Promise<void> {
    const { logger } = this.#options;
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      const waitMs = restartDelaysMs[attempt] ?? restartDelaysMs[restartDelaysMs.length - 1];
      try {
        await delay(waitMs, undefined, { signal });
        await this.start(port);
        logger.info('embedded NATS server runs again', { port });
        return;
      } catch (error) {
        if (!signal.aborted) logger.error('embedded NATS server could not be started again', { error });
      }
    }
  }

  async #end(): Promise<void> {
    this.#stop.abort();
    await this.#run?.stop();
    await this.#kept;
    await this.#options.lock.release();
  }
}
