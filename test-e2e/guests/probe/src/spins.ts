import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.10';
import { IncomingBody } from 'wasi:http/types@0.2.10';
import { poll } from 'wasi:io/poll@0.2.10';
import type { InputStream } from 'wasi:io/streams@0.2.10';
import { fieldsToList, respond, respondText } from './http.ts';
import type { Invocation } from './routes.ts';
import { payloadOf } from './streams.ts';

const most = 64n * 1024n;

/** Ways to ask for bytes in a loop, without ever waiting. */
const untilReady: Readonly<Record<string, (stream: InputStream) => void>> = {
  ready(stream) {
    const pollable = stream.subscribe();
    while (!pollable.ready());
    pollable[Symbol.dispose]();
  },
  'new-pollables'(stream) {
    for (let isReady = false; !isReady; ) {
      const pollable = stream.subscribe();
      isReady = pollable.ready();
      pollable[Symbol.dispose]();
    }
  },
  poll(stream) {
    const pollable = stream.subscribe();
    for (let isReady = false; !isReady; ) {
      const always = subscribeDuration(0n);
      isReady = poll([always, pollable]).includes(1);
      always[Symbol.dispose]();
    }
    pollable[Symbol.dispose]();
  },
  read: () => {},
};

/** `?by=ready|new-pollables|poll|read`: the body of the request as that of the response, asked for in loops. */
export function spinOnBody({ request, out, param }: Invocation): void {
  const wait = untilReady[param('by')];
  if (wait === undefined) throw new Error(`unknown way ${param('by')}`);
  const from = request.consume().stream();
  const chunks: number[] = [];
  try {
    for (;;) {
      wait(from);
      for (const byte of from.read(most)) chunks.push(byte);
    }
  } catch (error) {
    if (payloadOf(error)?.tag !== 'closed') throw error;
  }
  respondText(out, new TextDecoder().decode(Uint8Array.from(chunks)));
}

/** The trailers of the request as JSON, asked for in a loop. */
export function spinOnTrailers({ request, out }: Invocation): void {
  const future = IncomingBody.finish(request.consume());
  let arrived = future.get();
  while (arrived === undefined) arrived = future.get();
  const fields = arrived.tag === 'ok' && arrived.val.tag === 'ok' ? arrived.val.val : undefined;
  respondText(out, JSON.stringify(fields && fieldsToList(fields)));
}

/** `?bytes=N`: a body of that length; room for it is asked for in a loop. */
export function spinOnRoom({ out, param }: Invocation): void {
  const chunk = new Uint8Array(Number(most)).fill('x'.charCodeAt(0));
  respond(out, {}, (body) => {
    for (let left = Number(param('bytes')); left > 0; ) {
      const room = Math.min(Number(body.checkWrite()), chunk.length, left);
      if (room > 0) body.write(chunk.subarray(0, room));
      left -= room;
    }
    return undefined;
  });
}
