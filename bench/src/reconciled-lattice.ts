import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ControlClient, createControlClient } from '@wasmlattice/control-interface';
import { createTempDir, startChild, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { type BenchHost, startHost } from './lattice.js';
import { cpuSecondsOf } from './process-time.js';

export const hostCount = 3;
/** Between two looks, in ms. */
const againMs = 50;
const deadlineMs = 300_000;

/** Hosts whose applications are kept, with one NATS server and one cache folder. */
export interface ReconciledLattice extends AsyncDisposable {
  readonly all: readonly BenchHost[];
  /** Of the process that keeps them, if it is none of the hosts. */
  readonly wadmPid: number | undefined;
  readonly folder: string;
  readonly connection: NatsConnection;
  readonly control: ControlClient;
  /** Ends the last host as a crash does. */
  kill(): Promise<BenchHost>;
}

/** Hosts that keep applications themselves. */
export function startReconciledLattice(): Promise<ReconciledLattice> {
  return startKeptLattice(async () => undefined);
}

/**
 * The same hosts, whose applications a wadm keeps. Resolves once it knows all of them.
 *
 * @param program path of `wadm` 0.21.1
 */
export async function startWadmLattice(program: string): Promise<ReconciledLattice> {
  await using started = new AsyncDisposableStack();
  const home = started.use(await createTempDir());
  const lattice = started.use(
    await startKeptLattice(async ({ host, port }) =>
      startChild(program, ['--nats-server', `${host}:${port}`], {
        PATH: process.env.PATH,
        HOME: home.path,
        RUST_LOG: 'warn',
      }),
    ),
  );
  await untilWadmKnows(lattice.connection, hostCount);
  const all = started.move();
  return { ...lattice, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** @param startKeeper starts a process that keeps the applications; without one the hosts do */
async function startKeptLattice(
  startKeeper: (nats: TestNatsServer) => Promise<(AsyncDisposable & { readonly pid: number }) | undefined>,
): Promise<ReconciledLattice> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await createTempDir());
  const nats = started.use(await startNatsServer({ storeDir: join(folder.path, 'nats') }));
  const keeper = await startKeeper(nats);
  if (keeper !== undefined) started.use(keeper);
  const cacheDir = join(folder.path, 'cache');
  const hosts = await Promise.all(
    Array.from({ length: hostCount }, async (_, number) =>
      startHost(nats.url, [
        '--reconcile',
        String(keeper === undefined),
        '--builtin-http-server',
        'true',
        '--cache-dir',
        cacheDir,
        '--label',
        `host=${number}`,
      ]),
    ),
  );
  for (const host of hosts) started.use(host);
  const connection = await connect({ servers: nats.url });
  started.defer(() => connection.close());
  const control = createControlClient({ connection, lattice: 'default', timeoutMs: 1_000 });
  const all = started.move();
  return {
    all: hosts,
    wadmPid: keeper?.pid,
    folder: folder.path,
    connection,
    control,
    async kill() {
      const dying = hosts.at(-1) as BenchHost;
      process.kill(dying.hostPid, 'SIGKILL');
      return dying;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A wadm keeps what it knows of hosts in a bucket: it hears of one by its heartbeat. */
async function untilWadmKnows(connection: NatsConnection, count: number): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const bucket = await connection.jetstream().views.kv('wadm_state', { bindOnly: true });
    const known = (await bucket.get('host_default'))?.json<Readonly<Record<string, unknown>>>() ?? {};
    if (Object.keys(known).length >= count) return;
    if (performance.now() > until) {
      const { version } = connection.info ?? {};
      throw new Error(
        `wadm knows ${Object.keys(known).length} of ${count} hosts: it needs nats-server 2.10 or later, and this one is ${version}; set NATS_SERVER_BIN`,
      );
    }
    await wait(againMs);
  }
}

const traits = (instances: number, requirements?: object): object[] => [
  {
    type: 'spreadscaler',
    properties: {
      instances,
      ...(requirements && { spread: [{ name: 'one', requirements, weight: 100 }] }),
    },
  },
];

export function component(
  name: string,
  image: string,
  instances: number,
  links: readonly object[] = [],
): object {
  return { name, type: 'component', properties: { image }, traits: [...traits(instances), ...links] };
}

export function httpServer(number: number, port: number): object {
  return {
    name: `http${number}`,
    type: 'capability',
    properties: { image: 'wasmcloud+builtin://http-server' },
    traits: [
      ...traits(1, { host: String(number) }),
      {
        type: 'link',
        properties: {
          target: { name: 'web' },
          namespace: 'wasi',
          package: 'http',
          interfaces: ['incoming-handler'],
          source: { config: [{ name: `address${number}`, properties: { address: `127.0.0.1:${port}` } }] },
        },
      },
    ],
  };
}

/** Says that an application is to run. */
export async function deploy(
  connection: NatsConnection,
  name: string,
  components: readonly object[],
): Promise<void> {
  const manifest = {
    apiVersion: 'core.oam.dev/v1beta1',
    kind: 'Application',
    metadata: { name, annotations: { version: 'v1' } },
    spec: { components },
  };
  for (const [operation, body] of [
    ['put', manifest],
    [`deploy.${name}`, {}],
  ] as const) {
    for (;;) {
      try {
        const reply = await connection.request(`wadm.api.default.model.${operation}`, JSON.stringify(body), {
          timeout: 10_000,
        });
        const { message, result } = reply.json<{ result: string; message: string }>();
        if (result === 'error') throw new Error(message);
        break;
      } catch (error) {
        // The first host has not got the lease yet.
        if ((error as { code?: unknown }).code !== '503') throw error;
        await wait(againMs);
      }
    }
  }
}

/** Until so many instances run on hosts that answer. */
export async function untilRunning(control: ControlClient, count: number): Promise<void> {
  const until = performance.now() + deadlineMs;
  for (;;) {
    const hosts = await control.ping({ timeoutMs: 500, stopAfter: hostCount });
    const inventories = await Promise.all(
      hosts.map(({ id }) => control.getHostInventory(id).catch(() => undefined)),
    );
    const running = inventories
      .flatMap((each) => each?.components ?? [])
      .reduce((sum, { maxInstances }) => sum + maxInstances, 0);
    if (running >= count) return;
    if (performance.now() > until) throw new Error(`${running} of ${count} instances run`);
    await wait(againMs);
  }
}

/** Of processes with all their threads, user and system (Linux). */
export async function cpuSeconds(hosts: readonly BenchHost[]): Promise<number> {
  const each = await Promise.all(hosts.map(({ hostPid }) => cpuSecondsOf(hostPid)));
  return each.reduce((sum, seconds) => sum + seconds, 0);
}
