import { type BenchLattice, startLattice, startWasmcloudLattice } from '../lattice.js';

/** A host of ours and one of wasmCloud, both with their defaults and a NATS server each. */
export interface BothHosts extends AsyncDisposable {
  readonly ours: BenchLattice;
  readonly theirs: BenchLattice;
}

/** @param program path of `wasmcloud` 1.9.2 */
export async function startBothHosts(program: string): Promise<BothHosts> {
  await using started = new AsyncDisposableStack();
  const ours = started.use(await startLattice());
  const theirs = started.use(await startWasmcloudLattice(program));
  const all = started.move();
  return { ours, theirs, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
