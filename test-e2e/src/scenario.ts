import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { type HostProcess, type HostProcessOptions, startHost } from './host-process.js';
import { joinLattice, type Lattice } from './lattice.js';

/** One host in one lattice on one NATS server: what most tests need. */
export interface Scenario extends AsyncDisposable {
  readonly nats: TestNatsServer;
  readonly host: HostProcess;
  readonly lattice: Lattice;
}

export async function startScenario(options: Omit<HostProcessOptions, 'nats'> = {}): Promise<Scenario> {
  await using started = new AsyncDisposableStack();
  const nats = started.use(await startNatsServer());
  const lattice = started.use(await joinLattice(nats));
  const host = started.use(await startHost({ ...options, nats }));
  const all = started.move();
  return { nats, host, lattice, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
