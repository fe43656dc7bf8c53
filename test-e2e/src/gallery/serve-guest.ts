import type { BuiltGuest } from '@wasmlattice/example-gallery';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { freePort } from '@wasmlattice/test-support';
import { linkKeyvalue, putLink, serveHttp, startComponent } from '../deploy.js';
import { serveHttpClient } from '../http-client-provider.js';
import type { Scenario } from '../scenario.js';

const httpClient = 'http-client';

/** `go-echo` */
export function componentIdOf({ language, guest }: Pick<BuiltGuest, 'language' | 'guest'>): string {
  return `${language.name}-${guest}`;
}

/** Brings up what guests of the gallery call: a key-value store and a client for HTTP. */
export async function startProviders({ host, lattice }: Scenario): Promise<void> {
  const server = createNatsServer({ connection: lattice.connection, lattice: 'default' });
  await serveHttpClient(server, httpClient);
  await linkKeyvalue(lattice, host, 'nobody', 'gallery');
}

/** Puts the links that a guest needs, and those of its kinds alone. */
export async function linkGuest({ lattice }: Scenario, guest: BuiltGuest): Promise<void> {
  const source = componentIdOf(guest);
  if (guest.kinds.includes('counter')) {
    await putLink(lattice, {
      source,
      target: 'keyvalue',
      interface: 'wasi:keyvalue/store',
      targetConfig: { bucket: 'gallery', enable_bucket_auto_create: 'true' },
    });
  }
  if (guest.kinds.includes('proxy')) {
    await putLink(lattice, { source, target: httpClient, interface: 'wasi:http/outgoing-handler' });
  }
}

/** Starts a guest with its links behind HTTP and gives its URL, without a slash at the end. */
export async function serveGuest(
  scenario: Scenario,
  guest: BuiltGuest,
  maxInstances: number,
): Promise<string> {
  const { host, lattice } = scenario;
  const id = componentIdOf(guest);
  await linkGuest(scenario, guest);
  await startComponent(lattice, host, { id, wasm: guest.file, maxInstances });
  return await serveHttp(lattice, host, id, await freePort());
}
