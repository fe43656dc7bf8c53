import { noopLogger, noopMeter } from '@wasmlattice/telemetry';
import { freePort } from '@wasmlattice/test-support';
import { afterEach, expect, it } from 'vitest';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import { get, RawClient } from './testing/raw-client.js';
import { type HttpComponent, NoHttpHandlerError, ThreadListeners } from './thread-listeners.js';

let listeners: ThreadListeners | undefined;
afterEach(() => listeners?.close(0));

const answering =
  (text: string): HttpRequestHandler =>
  async ({ responder }) => {
    responder.start({ status: 200, headers: [] }).write(Buffer.from(`<${text}>`));
    responder.finish();
  };

async function listen(route: () => HttpComponent): Promise<RawClient> {
  listeners = new ThreadListeners({
    component: route,
    elsewhere: ({ componentId, providerId }) => answering(`${componentId} elsewhere for ${providerId}`),
    logger: noopLogger,
    meter: noopMeter,
  });
  const port = await freePort();
  const host = '127.0.0.1';
  await listeners.listen({
    listener: '1',
    routing: { by: 'address' },
    routes: [{ route: 'all', match: { kind: 'any' }, componentId: 'shop', policy: {} }],
    providerId: 'http-server',
    host,
    port,
    reusePort: false,
  });
  return new RawClient({ address: { host, port } });
}

it('a component that starts here and stops here is asked here and elsewhere, on one connection', async () => {
  let route: HttpComponent = { kind: 'not-here' };
  using client = await listen(() => route);
  for (const [now, wanted] of [
    [{ kind: 'not-here' }, '<shop elsewhere for http-server>'],
    [{ kind: 'here', handle: answering('here') }, '<here>'],
    [{ kind: 'not-here' }, '<shop elsewhere for http-server>'],
  ] as const) {
    route = now;
    client.received = '';
    client.send(get('/'));
    await client.until(wanted);
  }
});

it('a component that runs here without an HTTP handler is not asked elsewhere', async () => {
  let route: HttpComponent = { kind: 'not-here' };
  using client = await listen(() => route);
  route = { kind: 'no-handler' };
  client.send(get('/'));
  await client.until(new NoHttpHandlerError('shop').message);
  expect(client.received).toMatch(/^HTTP\/1\.1 502 /);
});
