import { handle as send } from 'wasi:http/outgoing-handler@0.2.10';
import {
  Fields,
  type IncomingResponse,
  OutgoingBody,
  OutgoingRequest,
  OutgoingResponse,
  ResponseOutparam,
} from 'wasi:http/types@0.2.10';
import { payloadOf } from './streams.ts';

/** What it does with the response: see {@link upload}. */
type ResponseUse = 'read-status' | 'drop' | 'keep' | 'ignore';

const piece = 4096;

/** What a guest that never cleans up holds until its end. */
const held: unknown[] = [];

/**
 * Sends `?bytes=N` to `?to=host:port/path`, of which `?before=N` are written before `handle`; answers with `sent N` or with what failed.
 *
 * `?response=`
 * - `read-status`: waits for it in a loop on `get`, after the body.
 * - `drop`: waits for its head amid the body, drops it, and goes on writing.
 * - `keep`: waits for its head amid the body and never reads it; returns right after `finish`.
 * - `ignore`: never asks for it; returns right after `finish`.
 */
export function upload(params: URLSearchParams, out: ResponseOutparam): void {
  const to = new URL(`http://${params.get('to')}`);
  const bytes = Number(params.get('bytes'));
  const before = Number(params.get('before') ?? 0);
  const use = (params.get('response') ?? 'read-status') as ResponseUse;
  const request = new OutgoingRequest(new Fields());
  request.setMethod({ tag: 'post' });
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority(to.host);
  request.setPathWithQuery(to.pathname + to.search);
  const body = request.body();
  const stream = body.write();
  const write = (total: number): void => {
    for (let left = total; left > 0; left -= piece) {
      stream.blockingWriteAndFlush(new Uint8Array(Math.min(piece, left)));
    }
  };
  const finish = (): void => {
    stream[Symbol.dispose]();
    OutgoingBody.finish(body, undefined);
  };
  try {
    write(before);
    const future = send(request, undefined);
    held.push(future);
    const half = use === 'read-status' || use === 'ignore' ? 0 : Math.floor((bytes - before) / 2);
    write(half);
    let response: IncomingResponse | undefined;
    if (use === 'drop' || use === 'keep') {
      const pollable = future.subscribe();
      pollable.block();
      pollable[Symbol.dispose]();
      response = responseOf(future.get());
      held.push(response);
    }
    if (use === 'drop') response?.[Symbol.dispose]();
    write(bytes - before - half);
    if (use === 'keep' || use === 'ignore') {
      respond(out, 200, `sent ${bytes}`);
      finish();
      return;
    }
    finish();
    if (use === 'read-status') {
      let arrived = future.get();
      while (arrived === undefined) arrived = future.get();
      respond(out, 200, `sent ${bytes}, status ${responseOf(arrived).status()}`);
      return;
    }
  } catch (error) {
    const payload = payloadOf(error) as { tag: string; val?: { toDebugString?(): string } } | undefined;
    if (payload === undefined) throw error;
    respond(out, 500, payload.val?.toDebugString?.() ?? JSON.stringify(payload));
    return;
  }
  respond(out, 200, `sent ${bytes}`);
}

function responseOf(arrived: unknown): IncomingResponse {
  const { val } = arrived as { val: { tag: string; val: IncomingResponse } };
  if (val.tag !== 'ok') throw Object.assign(new Error('no response'), { payload: val.val });
  return val.val;
}

function respond(out: ResponseOutparam, status: number, text: string): void {
  const answer = new OutgoingResponse(new Fields());
  answer.setStatusCode(status);
  const body = answer.body();
  ResponseOutparam.set(out, { tag: 'ok', val: answer });
  const stream = body.write();
  stream.blockingWriteAndFlush(new TextEncoder().encode(text));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}
