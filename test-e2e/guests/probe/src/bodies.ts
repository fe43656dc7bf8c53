import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from 'wasi:http/types@0.2.10';
import type { InputStream } from 'wasi:io/streams@0.2.10';
import { log } from 'wasi:logging/logging@0.1.0-draft';
import { sendHead } from './http.ts';
import type { Invocation } from './routes.ts';
import { payloadOf, writeFiller } from './streams.ts';

/**
 * `?bytes=N&piece=N&by=write|blocking`: the whole body is written before the response is set. When that fails, the answer is a 500 with
 * what the error says.
 */
export function beforeSet({ out, param }: Invocation): void {
  const piece = new Uint8Array(Number(param('piece'))).fill('x'.charCodeAt(0));
  const isBlocking = param('by', 'write') === 'blocking';
  const response = new OutgoingResponse(new Fields());
  const body = response.body();
  const stream = body.write();
  try {
    for (let left = Number(param('bytes')); left > 0; left -= piece.length) {
      const part = left < piece.length ? piece.subarray(0, left) : piece;
      if (isBlocking) stream.blockingWriteAndFlush(part);
      else {
        stream.checkWrite();
        stream.write(part);
      }
    }
  } catch (error) {
    const failure = payloadOf(error) as { tag: string; val?: { toDebugString(): string } } | undefined;
    if (failure === undefined) throw error;
    const answer = sendHead(out, { status: 500 });
    const text = answer.write();
    text.blockingWriteAndFlush(new TextEncoder().encode(failure.val?.toDebugString() ?? failure.tag));
    text[Symbol.dispose]();
    OutgoingBody.finish(answer, undefined);
    return;
  }
  stream[Symbol.dispose]();
  ResponseOutparam.set(out, { tag: 'ok', val: response });
  OutgoingBody.finish(body, undefined);
}

/** What a guest that never cleans up holds until its end. */
const held: unknown[] = [];

/** `?bytes=N`: a body that is written, and neither finished nor dropped. */
export function unfinished({ out, param }: Invocation): void {
  const body = sendHead(out, {});
  const stream = body.write();
  held.push(body, stream);
  writeFiller(stream, Number(param('bytes')));
}

/**
 * `?trapAfter=N`: answers with a head, then reads the body of the request; `took N bytes` in the log when it has all, and the number as
 * the body of the response.
 */
export function take({ request, out, param }: Invocation): void {
  const trapAfter = Number(param('trapAfter', 'Infinity'));
  const body = sendHead(out, {});
  const stream = body.write();
  stream.blockingFlush();
  let taken = 0;
  for (const chunk of chunksOf(request.consume().stream())) {
    taken += chunk.length;
    if (taken > trapAfter) throw new Error('trap on the way');
  }
  log('info', 'probe', `took ${taken} bytes`);
  stream.blockingWriteAndFlush(new TextEncoder().encode(String(taken)));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

function* chunksOf(stream: InputStream): Generator<Uint8Array> {
  try {
    for (;;) yield stream.blockingRead(64n * 1024n);
  } catch (error) {
    if (payloadOf(error)?.tag !== 'closed') throw error;
  }
}
