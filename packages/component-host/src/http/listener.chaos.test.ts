import { connect } from 'node:net';
import { Chaos } from '@wasmlattice/test-support';
import type { HttpExchange } from '@wasmlattice/wasm-runtime/host-functions';
import { expect, it } from 'vitest';
import { type HttpListener, openHttpListener } from './listener.js';

/** A guest that echoes, fails, forgets, flushes and waits for trailers as it likes. */
async function misbehave(exchange: HttpExchange, chaos: Chaos): Promise<void> {
  if (chaos.happens(0.1)) throw new Error('rejected');
  if (chaos.happens(0.1)) return;
  const { body, responder } = exchange;
  const headers = chaos.oneOf(
    [],
    ['trailer', 'x'],
    ['content-length', '1000000'],
    ['content-length', '7', 'content-length', '8'],
  );
  const sink = responder.start({ status: chaos.oneOf(200, 200, 204, 205, 304, 100), headers });
  for (;;) {
    const chunk = body.read(1000);
    const room = sink.capacity();
    if (chunk === undefined || room === undefined) break;
    if (chunk.length === 0) await body.ready();
    else if (room === 0) await sink.ready();
    else sink.write(chunk);
    if (chaos.happens(0.05)) responder.fail(500, 'failed\n');
    if (chaos.happens(0.05)) sink.flush();
  }
  if (chaos.happens(0.3)) await exchange.trailers();
  responder.finish(chaos.oneOf(undefined, ['x', 'y']));
}

function requestText(chaos: Chaos): string {
  const body = 'x'.repeat(chaos.below(200_000));
  const version = chaos.oneOf('1.0', '1.1', '1.1', '1.1');
  const method = chaos.happens(0.05) ? chaos.oneOf('LIST', 'get', 'CONNECT') : undefined;
  const head = [`${method ?? chaos.oneOf('GET', 'POST', 'HEAD', 'OPTIONS')} / HTTP/${version}`];
  if (!chaos.happens(0.02)) head.push('Host: a');
  if (chaos.happens(0.02)) head.push('Expect: nothing');
  if (chaos.happens(0.2)) head.push('Expect: 100-continue');
  if (chaos.happens(0.05)) head.push('no header');
  const framing = chaos.oneOf('none', 'length', version === '1.1' ? 'chunks' : 'length');
  if (framing === 'none') return `${head.join('\r\n')}\r\n\r\n`;
  if (framing === 'length') return `${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  if (chaos.happens(0.05))
    return `${head.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nno size`;
  const chunk = body === '' ? '' : `${body.length.toString(16)}\r\n${body}\r\n`;
  return `${head.join('\r\n')}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\nx-t: 1\r\n\r\n`;
}

/** A client that pipelines, stops in the middle, reads slowly or not at all, and leaves. */
function visit({ address }: HttpListener, chaos: Chaos): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(address.port, address.host);
  let left = Array.from({ length: 1 + chaos.below(4) }, () => requestText(chaos)).join('');
  if (chaos.happens(0.3)) left = left.slice(0, chaos.below(left.length));
  let turns = 1 + chaos.below(20);
  const step = (): void => {
    if (socket.destroyed) return;
    const size = 1 + chaos.below(50_000);
    if (left !== '') socket.write(left.slice(0, size));
    left = left.slice(size);
    if (left === '' && turns-- === 0) socket.destroy();
    else if (chaos.happens(0.03)) socket.destroy();
    else setImmediate(step);
    if (left === '' && turns === 5 && chaos.happens(0.5)) socket.end();
  };
  socket.on('connect', step);
  socket.on('data', () => {
    if (chaos.happens(0.1)) socket.destroy();
    if (chaos.happens(0.1)) socket.pause();
  });
  socket.on('error', () => {});
  socket.on('close', () => resolve());
  return promise;
}

it.each([1, 2, 3, 4])('every exchange ends whatever its client and its guest do (seed %i)', async (seed) => {
  const chaos = new Chaos(seed);
  let begun = 0;
  let ended = 0;
  const listener = await openHttpListener({
    host: '127.0.0.1',
    port: 0,
    tunables: { lingerMs: 1 },
    async handle(exchange) {
      begun++;
      try {
        await misbehave(exchange, chaos);
      } finally {
        ended++;
      }
    },
  });
  const round = (): Promise<unknown> => Promise.all(Array.from({ length: 30 }, () => visit(listener, chaos)));
  for (let i = 0; i < 10; i++) await round();
  const last = round();
  // Without a deadline this waits for ever for an exchange that was forgotten.
  await listener.close();
  await last;
  expect(begun).toBeGreaterThan(100);
  expect(ended).toBe(begun);
});
