import { handle as send } from 'wasi:http/outgoing-handler@0.2.10';
import {
  type ErrorCode,
  Fields,
  type FutureIncomingResponse,
  IncomingBody,
  type IncomingRequest,
  type IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  RequestOptions,
  ResponseOutparam,
} from 'wasi:http/types@0.2.10';
import { copyAll, payloadOf } from './streams.ts';
import { upload } from './upload.ts';

type Sent = { tag: 'ok'; val: IncomingResponse } | { tag: 'err'; val: ErrorCode };

/**
 * Passes the request on to `?to=host:port/path` and the response back, bodies and trailers included. `?firstByteMs=N`
 * limits the wait. A request that fails is answered as 502 with the error-code in JSON. `/upload` sends a body of its own.
 */
export const incomingHandler = {
  handle(request: IncomingRequest, out: ResponseOutparam): void {
    const url = new URL(request.pathWithQuery() ?? '/', 'http://fetcher');
    if (url.pathname === '/upload') {
      upload(url.searchParams, out);
      return;
    }
    const to = new URL(`http://${url.searchParams.get('to')}`);
    const firstByteMs = url.searchParams.get('firstByteMs');
    const answer = forward(request, to, firstByteMs === null ? undefined : Number(firstByteMs));
    if (answer.tag === 'ok') passBack(answer.val, out);
    else respondError(answer.val, out);
  },
};

function forward(request: IncomingRequest, to: URL, firstByteMs: number | undefined): Sent {
  const outgoing = new OutgoingRequest(passedOn(request.headers()));
  outgoing.setMethod(request.method());
  outgoing.setScheme({ tag: 'HTTP' });
  outgoing.setAuthority(to.host);
  outgoing.setPathWithQuery(to.pathname);
  const body = outgoing.body();
  let future: FutureIncomingResponse;
  try {
    future = send(outgoing, limits(firstByteMs));
  } catch (error) {
    const code = payloadOf(error);
    if (code === undefined) throw error;
    return { tag: 'err', val: code as ErrorCode };
  }
  const incoming = request.consume();
  const from = incoming.stream();
  const stream = body.write();
  try {
    copyAll(from, stream);
  } catch (error) {
    // The request has failed; its future tells why.
    if (payloadOf(error) === undefined) throw error;
  }
  stream[Symbol.dispose]();
  from[Symbol.dispose]();
  try {
    OutgoingBody.finish(body, trailersOf(incoming));
  } catch (error) {
    if (payloadOf(error) === undefined) throw error;
  }
  return arrivalOf(future);
}

function limits(firstByteMs: number | undefined): RequestOptions | undefined {
  if (firstByteMs === undefined) return undefined;
  const options = new RequestOptions();
  options.setFirstByteTimeout(BigInt(firstByteMs) * 1_000_000n);
  return options;
}

function arrivalOf(future: FutureIncomingResponse): Sent {
  const pollable = future.subscribe();
  pollable.block();
  pollable[Symbol.dispose]();
  const arrived = future.get();
  if (arrived?.tag !== 'ok') throw new Error('the future was ready and gave nothing');
  return arrived.val as Sent;
}

function passBack(response: IncomingResponse, out: ResponseOutparam): void {
  const answer = new OutgoingResponse(passedOn(response.headers()));
  answer.setStatusCode(response.status());
  const body = answer.body();
  ResponseOutparam.set(out, { tag: 'ok', val: answer });
  const incoming = response.consume();
  const from = incoming.stream();
  const stream = body.write();
  copyAll(from, stream);
  stream[Symbol.dispose]();
  from[Symbol.dispose]();
  OutgoingBody.finish(body, trailersOf(incoming));
}

function respondError(code: ErrorCode, out: ResponseOutparam): void {
  const answer = new OutgoingResponse(new Fields());
  answer.setStatusCode(502);
  const body = answer.body();
  ResponseOutparam.set(out, { tag: 'ok', val: answer });
  const stream = body.write();
  stream.blockingWriteAndFlush(new TextEncoder().encode(JSON.stringify(code)));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

/** A copy the guest may send, without what belongs to one connection only. */
function passedOn(headers: Fields): Fields {
  const copy = headers.clone();
  headers[Symbol.dispose]();
  for (const name of ['content-length', 'expect', 'te']) copy.delete(name);
  return copy;
}

function trailersOf(body: IncomingBody): Fields | undefined {
  const future = IncomingBody.finish(body);
  const pollable = future.subscribe();
  pollable.block();
  pollable[Symbol.dispose]();
  const arrived = future.get();
  return arrived?.tag === 'ok' && arrived.val.tag === 'ok' ? arrived.val.val : undefined;
}
