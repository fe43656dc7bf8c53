import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.js';
import { createTempDir } from './temp-dir.js';

/** A real `nats-server` with JetStream on a free loopback port, gone with its scope. */
export interface TestNatsServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

const host = '127.0.0.1';

export interface TestNatsServerOptions {
  /** That of a server before it, whose clients are to come back; a free one by default. */
  readonly port?: number;
  /** Where JetStream keeps its data beyond this server; a folder of its own by default. */
  readonly storeDir?: string;
  /** Default true. A leaf node may leave it to its hub. */
  readonly hasJetStream?: boolean;
  /** Text of a configuration file: limits, users, permissions. */
  readonly config?: string;
  /** Variables that the configuration refers to. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the program `NATS_SERVER_BIN` names, else `nats-server` on the PATH. */
export async function startNatsServer(options: TestNatsServerOptions = {}): Promise<TestNatsServer> {
  const { port: wanted = -1, config = '', env, storeDir, hasJetStream = true } = options;
  await using opened = new AsyncDisposableStack();
  const dir = opened.use(await createTempDir());
  const configFile = join(dir.path, 'nats.conf');
  await writeFile(configFile, config);
  const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
  const flags = [
    '-c',
    configFile,
    '-a',
    host,
    '-p',
    String(wanted),
    ...(hasJetStream ? ['-js', '-sd', storeDir ?? dir.path] : []),
  ];
  const child = opened.use(startChild(program, flags, { PATH: process.env.PATH, ...env }));
  const [, digits] = await child.waitForLine(/Listening for client connections on [\d.]+:(\d+)/);
  await child.waitForLine(/Server is ready/);
  const port = Number(digits);
  const running = opened.move();
  return {
    url: `nats://${host}:${port}`,
    host,
    port,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
