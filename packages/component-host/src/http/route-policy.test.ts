import type { Logger } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, expect, it } from 'vitest';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import { answerText } from './answer-text.js';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, openHttpListener } from './listener.js';
import { applyPolicy, type RoutePolicy } from './route-policy.js';

let listener: HttpListener | undefined;
afterEach(() => listener?.close({ graceMs: 0 }));

async function serve(policy: RoutePolicy, handle: HttpRequestHandler, logger?: Logger): Promise<string> {
  listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    handle: applyPolicy(policy, handle, logger),
  });
  return `http://127.0.0.1:${listener.address.port}/`;
}

/** Reads to the end, and answers with the number of bytes. */
async function count({ body, responder }: ServedExchange): Promise<void> {
  let total = 0;
  for (let bytes = body.read(1_024); bytes !== undefined; bytes = body.read(1_024)) {
    total += bytes.length;
    if (bytes.length === 0) await body.ready();
  }
  answerText({ responder }, 200, String(total));
}

it('a policy that asks for nothing costs nothing', () => {
  expect(applyPolicy({}, count)).toBe(count);
  expect(applyPolicy({ isReadOnly: false }, count)).toBe(count);
});

it('a response that does not begin in time is a 408, and its guest ends', async () => {
  const ended = Promise.withResolvers<unknown>();
  const url = await serve({ timeoutMs: 20 }, ({ signal }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => {
      ended.resolve(signal.reason);
      resolve();
    });
    return promise;
  });
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([408, 'no response began within 20 ms\n']);
  expect(await ended.promise).toMatchObject({ name: 'RoutePolicyError' });
});

it('a response that has begun may take its time', async () => {
  const late = Promise.withResolvers<void>();
  const url = await serve({ timeoutMs: 20 }, async ({ responder }) => {
    const sink = responder.start({ status: 200, headers: [] });
    await late.promise;
    sink.write(Buffer.from('late'));
    responder.finish();
  });
  const response = await fetch(url);
  setTimeout(late.resolve, 40);
  expect(await response.text()).toBe('late');
});

it('a body within its limit is read, a longer one is a 413, whether its length is known or not', async () => {
  const url = await serve({ maxBodyBytes: 5 }, count);
  const send = async (body: string, isStreamed: boolean): Promise<[number, string]> => {
    const init = isStreamed ? { body: new Blob([body]).stream(), duplex: 'half' as const } : { body };
    const response = await fetch(url, { method: 'POST', ...init });
    return [response.status, await response.text()];
  };
  for (const isStreamed of [false, true]) {
    expect(await send('12345', isStreamed)).toEqual([200, '5']);
    expect(await send('123456', isStreamed)).toEqual([413, 'the body of a request may have 5 bytes here\n']);
  }
});

it('a route that is only read takes GET and HEAD', async () => {
  const url = await serve({ isReadOnly: true }, count);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  const refused = await fetch(url, { method: 'DELETE' });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

it('Cache-Control of the route comes with every response', async () => {
  const url = await serve({ cacheControl: 'no-store' }, count);
  expect((await fetch(url)).headers.get('cache-control')).toBe('no-store');
});

it('a preflight is answered by the route, and what is allowed comes with the responses of its component', async () => {
  const cors = { origins: [], headers: [], methods: [], exposedHeaders: [], maxAgeSeconds: 300 };
  const url = await serve({ cors }, count);
  const headers = { origin: 'https://example.org', 'access-control-request-method': 'POST' };
  const preflight = await fetch(url, { method: 'OPTIONS', headers });
  expect([preflight.status, await preflight.text()]).toEqual([200, '']);
  expect(preflight.headers.get('access-control-max-age')).toBe('300');
  const response = await fetch(url, { method: 'OPTIONS' });
  expect([await response.text(), response.headers.get('access-control-allow-origin')]).toEqual(['0', '*']);
});

it('a request is a line of the log if its route says so, without what comes after the question mark', async () => {
  const logger = new RecordingLogger();
  const url = await serve({ logsAccess: true, isReadOnly: true }, count, logger);
  await (await fetch(`${url}path?secret=1`)).text();
  await (await fetch(url, { method: 'POST' })).text();
  expect(logger.records).toMatchObject([
    { level: 'info', fields: { client: '127.0.0.1', method: 'GET', path: '/path', status: 200 } },
    { level: 'info', fields: { method: 'POST', path: '/', status: 405 } },
  ]);
  expect(JSON.stringify(logger.records)).not.toContain('secret');
});
