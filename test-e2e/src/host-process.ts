import { type Child, createTempDir, startChild, type TestNatsServer } from '@wasmlattice/test-support';
import { cacheDir, paths } from './paths.js';

/** A host running as a process of its own. */
export interface HostProcess extends AsyncDisposable {
  readonly id: string;
  readonly child: Child;
  /** SIGTERM, and the exit code that follows. */
  stop(): Promise<number | string>;
}

export interface HostProcessOptions {
  /** Without one the host starts its own. */
  readonly nats?: TestNatsServer;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** That of another build; that of this one by default. */
  readonly program?: string;
  /** Most file descriptors that it may have. */
  readonly openFiles?: number;
}

/** Starts the host and resolves when it says that it has started. */
export async function startHost(options: HostProcessOptions): Promise<HostProcess> {
  const { nats, args = [], env = {}, program = paths.host, openFiles } = options;
  const dataDir = await createTempDir();
  const connection = nats === undefined ? [] : ['--nats-host', nats.host, '--nats-port', String(nats.port)];
  const limit = openFiles === undefined ? '' : `ulimit -n ${openFiles}; `;
  const child = startChild(
    'sh',
    [
      '-c',
      `${limit}exec "$0" "$@"`,
      process.execPath,
      program,
      '--allow-file-load',
      '--data-dir',
      dataDir.path,
      '--cache-dir',
      cacheDir,
      ...connection,
      ...args,
    ],
    {
      PATH: process.env.PATH,
      HOME: dataDir.path,
      NATS_SERVER_BIN: process.env.NATS_SERVER_BIN,
      ...env,
    },
  );
  const dispose = async (): Promise<void> => {
    await child[Symbol.asyncDispose]();
    await dataDir[Symbol.asyncDispose]();
  };
  try {
    const started = await child.waitForLine(/host started.*\b(N[A-Z2-7]{55})\b/);
    return {
      id: started[1] ?? '',
      child,
      async stop() {
        child.signal('SIGTERM');
        return await child.exited;
      },
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}
