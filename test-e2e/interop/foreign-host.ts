import { type Child, createTempDir, startChild, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';

/** A host of wasmCloud as a process of its own. */
export interface ForeignHost extends AsyncDisposable {
  readonly id: string;
  readonly child: Child;
}

export interface ForeignHostOptions {
  readonly program: string;
  readonly nats: TestNatsServer;
  readonly lattice: string;
  readonly labels?: readonly string[];
}

export async function startForeignHost(options: ForeignHostOptions): Promise<ForeignHost> {
  const { program, nats, lattice, labels = [] } = options;
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
        ...labels.flatMap((label) => ['--label', label]),
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
