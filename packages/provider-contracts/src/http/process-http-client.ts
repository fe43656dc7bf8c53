import type { StringMap } from '@wasmlattice/provider-host/protocol';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { HttpClientSetup } from './http-client-setup.js';

const id = 'http-client';

/** Clients that are a program: the harness is their host. `config` lets their requests go to the loopback. */
export function processHttpClient({
  config: always,
  ...program
}: ProviderProgram & { readonly config: StringMap }): Promise<HttpClientSetup> {
  return providerAtHand(id, program, async ({ harness }) => ({
    async start(config) {
      await harness.start([], { ...always, ...config });
      return { invoker: harness.invoker, id, [Symbol.asyncDispose]: () => harness.stopAll() };
    },
  }));
}
