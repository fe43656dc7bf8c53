import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';

/** A provider that is tried. */
export interface ProviderAtHand extends AsyncDisposable {
  /** Runs the provider's program. */
  readonly harness: ProviderHarness;
  /** The id that the harness gives it. */
  readonly id: string;
}

export interface ProviderProgram {
  /** Its path. */
  readonly program: string;
  /** Whether it is one of wasmCloud. */
  readonly isForeign?: boolean;
  /** Whether it is run in a thread, as hosts do with what they have built in. */
  readonly inThread?: boolean;
}

/** What a provider needs beside its NATS server. */
export interface Surroundings {
  readonly nats: TestNatsServer;
  readonly harness: ProviderHarness;
  /** Ends with the provider. */
  readonly scope: AsyncDisposableStack;
}

/** A program with a NATS server of its own, and what `surround` makes for it. */
export async function providerAtHand<Parts extends object>(
  id: string,
  program: ProviderProgram,
  surround: (surroundings: Surroundings) => Promise<Parts>,
): Promise<ProviderAtHand & Parts> {
  await using scope = new AsyncDisposableStack();
  const nats = scope.use(await startNatsServer());
  const harness = scope.use(await ProviderHarness.connect({ url: nats.url, id, ...program }));
  const parts = await surround({ nats, harness, scope });
  const all = scope.move();
  return { ...parts, harness, id, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
