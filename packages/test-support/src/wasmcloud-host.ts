import { connect } from 'nats';
import { type Child, startChild } from './child.js';
import type { TestNatsServer } from './nats-server.js';
import { createTempDir } from './temp-dir.js';

/** A host of wasmCloud as a process of its own. */
export interface WasmcloudHost extends AsyncDisposable {
  readonly id: string;
  readonly child: Child;
}

export interface WasmcloudHostOptions {
  /** Path of `wasmcloud` 1.9.2. */
  readonly program: string;
  readonly nats: Pick<TestNatsServer, 'host' | 'port' | 'url'>;
  readonly lattice: string;
  /** Further flags. */
  readonly args?: readonly string[];
}

/** Resolves once it has told of its start; in a home of its own, so that nothing is in its caches. */
export async function startWasmcloudHost(options: WasmcloudHostOptions): Promise<WasmcloudHost> {
  const { program, nats, lattice, args = [] } = options;
  await using started = new AsyncDisposableStack();
  const home = started.use(await createTempDir());
  const connection = await connect({ servers: nats.url });
  started.defer(() => connection.close());
  const events = connection.subscribe(`wasmbus.evt.${lattice}.host_started`, { max: 1 });
  await connection.flush();
  const child = started.use(
    startChild(
      program,
      [
        '--allow-file-load',
        ...['--nats-host', nats.host, '--nats-port', String(nats.port), '--lattice', lattice],
        ...args,
      ],
      { PATH: process.env.PATH, HOME: home.path, WASMCLOUD_LOG_LEVEL: 'info' },
    ),
  );
  const firstEvent = async (): Promise<string> => {
    for await (const event of events) return event.json<{ source: string }>().source;
    throw new Error('the connection ended before the host started');
  };
  const id = await Promise.race([
    firstEvent(),
    child.exited.then((code) => {
      throw new Error(`${program} ended with ${code}:\n${child.output()}`);
    }),
  ]);
  // In order, so that its providers end with it.
  started.defer(async () => {
    child.signal('SIGTERM');
    await child.exited;
  });
  const all = started.move();
  return { id, child, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
