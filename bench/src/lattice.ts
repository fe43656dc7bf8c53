import { join, resolve } from 'node:path';
import { type ControlClient, createControlClient } from '@wasmlattice/control-interface';
import {
  createTempDir,
  startChild,
  startNatsServer,
  startWasmcloudHost,
  type TestNatsServer,
} from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { cacheFolder } from './cache-folder.js';

const root = resolve(import.meta.dirname, '../..');

/** Our providers, each a folder of `apps/providers`. */
export const firstPartyProviders = [
  'blobstore-fs',
  'blobstore-nats',
  'blobstore-s3',
  'http-client',
  'http-server',
  'keyvalue-nats',
  'keyvalue-redis',
  'messaging-mqtt',
  'messaging-nats',
  'sqldb-postgres',
  'sqldb-sqlite',
] as const;

/** The program that a build has made of a provider of ours. */
export function programOf(provider: (typeof firstPartyProviders)[number]): string {
  return join(root, 'apps/providers', provider, 'dist/main.js');
}

/** What a build leaves behind. */
export const artifacts: Readonly<
  Record<
    | 'host'
    | 'hello'
    | 'keyvalueProvider'
    | 'redisProvider'
    | 'postgresProvider'
    | 'blobstoreProvider'
    | 'memoryProvider',
    string
  >
> = {
  host: join(root, 'apps/host/dist/main.js'),
  hello: join(root, 'examples/http-hello/dist/http-hello.wasm'),
  keyvalueProvider: programOf('keyvalue-nats'),
  redisProvider: programOf('keyvalue-redis'),
  blobstoreProvider: programOf('blobstore-fs'),
  postgresProvider: programOf('sqldb-postgres'),
  memoryProvider: join(root, 'bench/dist/peers/memory-provider.js'),
};

/** A host as a process of its own. */
export interface BenchHost {
  readonly hostId: string;
  /** Of the host's process. */
  readonly hostPid: number;
}

/** A NATS server and a host as processes of their own, and this process as a client of both. */
export interface BenchLattice extends BenchHost, AsyncDisposable {
  readonly lattice: string;
  readonly connection: NatsConnection;
  readonly control: ControlClient;
  readonly natsUrl: string;
}

const lattice = 'default';

/** Longest wait for a command's answer, in ms; reached only when something is broken. */
const patienceMs = 60_000;

/** @param args further flags of the host; one that is set here already is set anew */
export function startLattice(
  args: readonly string[] = [],
  { natsConfig = '' }: { readonly natsConfig?: string } = {},
): Promise<BenchLattice> {
  return startLatticeOf(({ url }) => startHost(url, args), natsConfig);
}

/**
 * The same with a host of wasmCloud, which has nothing in its caches.
 *
 * @param program path of `wasmcloud` 1.9.2
 */
export function startWasmcloudLattice(program: string): Promise<BenchLattice> {
  return startLatticeOf(async (nats) => {
    const args = ['--feature', 'builtin-http-server'];
    const { id, child, ...scope } = await startWasmcloudHost({ program, nats, lattice, args });
    return { hostId: id, hostPid: child.pid, ...scope };
  });
}

async function startLatticeOf(
  start: (nats: TestNatsServer) => Promise<BenchHost & AsyncDisposable>,
  natsConfig = '',
): Promise<BenchLattice> {
  await using started = new AsyncDisposableStack();
  const nats = started.use(await startNatsServer({ config: natsConfig }));
  const { hostId, hostPid } = started.use(await start(nats));
  const connection = await connect({ servers: nats.url });
  started.defer(() => connection.close());
  const control = createControlClient({ connection, lattice, timeoutMs: patienceMs });
  const all = started.move();
  return {
    hostId,
    hostPid,
    lattice,
    connection,
    control,
    natsUrl: nats.url,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Starts a host on a NATS server that runs already; `args` as for {@link startLattice}. */
export async function startHost(
  natsUrl: string,
  args: readonly string[] = [],
): Promise<BenchHost & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const data = started.use(await createTempDir());
  const { NATS_SERVER_BIN, PATH } = process.env;
  const { hostname, port } = new URL(natsUrl);
  const flags = ['--nats-host', hostname, '--nats-port', port, '--data-dir', data.path];
  const host = started.use(
    startChild(
      process.execPath,
      [artifacts.host, ...flags, '--cache-dir', cacheFolder, '--allow-file-load', ...args],
      { PATH, NATS_SERVER_BIN, HOME: data.path },
    ),
  );
  const [, hostId = ''] = await host.waitForLine(/host started.*\b(N[A-Z2-7]{55})\b/);
  // In order, so that providers stop with the host; what does not is killed by the scope.
  started.defer(async () => {
    host.signal('SIGTERM');
    await host.exited;
  });
  const all = started.move();
  return { hostId, hostPid: host.pid, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/**
 * Starts an HTTP server, the built-in one by default, and links it to a component on a port of the loopback.
 *
 * @param providerRef of another server
 */
export async function linkHttp(
  { control, hostId }: BenchLattice,
  component: string,
  port: number,
  providerRef = 'wasmcloud+builtin://http-server',
): Promise<void> {
  const providerId = `http-${component}`;
  await control.startProvider(hostId, { providerId, providerRef });
  await control.putConfig(`${providerId}-address`, { address: `127.0.0.1:${port}` });
  await control.putLink({
    sourceId: providerId,
    target: component,
    witNamespace: 'wasi',
    witPackage: 'http',
    interfaces: ['incoming-handler'],
    sourceConfig: [`${providerId}-address`],
  });
}
