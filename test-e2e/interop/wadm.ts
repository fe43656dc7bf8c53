import { type Child, startChild, type TestNatsServer } from '@wasmlattice/test-support';
import type { Interop } from './interop.js';

/** Starts a wadm, which keeps the applications of all lattices of a server. */
export async function startWadm({
  tools,
  nats,
  home,
}: Pick<Interop, 'tools' | 'home'> & { readonly nats: TestNatsServer }): Promise<Child> {
  await using started = new AsyncDisposableStack();
  const wadm = started.use(
    startChild(tools.wadm, ['--nats-server', `${nats.host}:${nats.port}`], {
      PATH: process.env.PATH,
      HOME: home,
      RUST_LOG: 'info',
    }),
  );
  await wadm.waitForLine(/[Ss]tarting|[Ll]istening|[Ss]erver/);
  started.move();
  return wadm;
}
