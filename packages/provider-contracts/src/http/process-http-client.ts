import type { StringMap } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';
import type { HttpClientSetup } from './http-client-setup.js';

const id = 'http-client';

/** Clients that are a program: the harness is their host. `config` lets their requests go to the loopback. */
export async function processHttpClient({
  config: always,
  ...options
}: {
  readonly program: string;
  readonly config: StringMap;
  readonly isForeign?: boolean;
}): Promise<HttpClientSetup> {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, id, ...options }));
  const scope = opened.move();
  return {
    async start(config) {
      await harness.start([], { ...always, ...config });
      return { invoker: harness.invoker, id, [Symbol.asyncDispose]: () => harness.stopAll() };
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}
