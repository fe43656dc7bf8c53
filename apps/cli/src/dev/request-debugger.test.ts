import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveDiagnostics } from '@wasmlattice/diagnostics';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { useCliScenario } from '../testing/cli-scenario.js';
import { someHostFigures } from '../testing/some-figures.js';
import { serveRequestDebugger } from './request-debugger.js';

const scenario = useCliScenario();

it('shows what failed with positions in sources, and sends a request again as it was', async () => {
  await scenario.host();
  await using stack = new AsyncDisposableStack();
  const connection = await connect({ servers: scenario.server.url });
  stack.defer(() => connection.close());
  const asked = Promise.withResolvers<void>();
  const host = serveDiagnostics({
    connection,
    lattice: 'default',
    controlPrefix: 'wasmbus.ctl',
    hostId: 'NA1',
    figures: async () => someHostFigures(),
    onTraces: () => asked.resolve(),
  });
  stack.defer(() => host.close());
  await connection.flush();
  const received = Promise.withResolvers<string>();
  const component = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    response.end();
    received.resolve(
      `${request.method} ${request.url} ${request.headers['x-id']} ${request.headers.traceparent} ${body}`,
    );
  }).listen(0, '127.0.0.1');
  stack.defer(() => void component.close());

  const debug = stack.use(
    await serveRequestDebugger({
      host: { natsUrl: scenario.server.url },
      lattice: 'default',
      positions: (text) => text.replace('component.js:9:1', 'src/component.ts:3:1'),
      address: () => `127.0.0.1:${(component.address() as AddressInfo).port}`,
    }),
  );
  const [, page, token] = /^(http:.*)#token=(.*)\/traces$/.exec(debug.url) ?? [];
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  // Kept before a page looks at them.
  await asked.promise;
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  const error = { atMs: 2, type: 'Error', message: 'at component.js:9:1' };
  const span = {
    name: 'http_request',
    kind: 'server',
    context,
    startMs: 1,
    endMs: 2,
    attributes: {},
    error,
  } as const;
  host.traced({ spans: [span], logs: [], dropped: 0 });
  const stream = await fetch(`${page}api/traces`, { headers });
  let told = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    told += chunk;
    if (told.includes(context.spanId)) break;
  }
  expect(told).toContain('"error":"at src/component.ts:3:1"');

  const request = {
    method: 'PUT',
    pathWithQuery: '/x?y=1',
    headers: { 'x-id': '7', traceparent: '00-1', 'content-length': '99' },
    body: 'hi',
  };
  const answer = await fetch(`${page}api/requests`, {
    method: 'POST',
    headers,
    body: JSON.stringify(request),
  });
  expect(answer.status).toBe(200);
  expect(await received.promise).toBe('PUT /x?y=1 7 undefined hi');
});
