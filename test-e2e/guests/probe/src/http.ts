import {
  Fields,
  IncomingBody as IncomingBodies,
  type IncomingBody,
  OutgoingBody,
  OutgoingResponse,
  ResponseOutparam,
} from 'wasi:http/types@0.2.10';
import type { OutputStream } from 'wasi:io/streams@0.2.10';
import { writeAll } from './streams.ts';

const encoder = new TextEncoder();

/** Field lists as text: HTTP allows more than UTF-8, the tests do not send it. */
export type FieldList = [string, string][];

export interface ResponseHead {
  readonly status?: number;
  readonly headers?: FieldList;
}

/** Sends the head, lets `write` fill the body, and ends it with the trailers `write` returns. */
export function respond(
  out: ResponseOutparam,
  head: ResponseHead,
  write: (body: OutputStream) => Fields | undefined,
): void {
  const body = sendHead(out, head);
  const stream = body.write();
  const trailers = write(stream);
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, trailers);
}

export function respondText(out: ResponseOutparam, text: string, status = 200): void {
  respond(out, { status, headers: [['content-type', 'text/plain']] }, (body) => {
    writeAll(body, encoder.encode(text));
    return undefined;
  });
}

export function respondBytes(out: ResponseOutparam, bytes: Uint8Array): void {
  respond(out, {}, (body) => {
    writeAll(body, bytes);
    return undefined;
  });
}

export function sendHead(out: ResponseOutparam, head: ResponseHead): OutgoingBody {
  const response = new OutgoingResponse(fieldsFrom(head.headers ?? []));
  response.setStatusCode(head.status ?? 200);
  const body = response.body();
  ResponseOutparam.set(out, { tag: 'ok', val: response });
  return body;
}

export function fieldsFrom(list: FieldList): Fields {
  return Fields.fromList(list.map(([name, value]) => [name, encoder.encode(value)]));
}

export function fieldsToList(fields: Fields): FieldList {
  const decoder = new TextDecoder();
  return fields.entries().map(([name, value]) => [name, decoder.decode(value)]);
}

/** The trailers of a body that was read to its end. */
export function trailersOf(body: IncomingBody): Fields | undefined {
  const future = IncomingBodies.finish(body);
  const pollable = future.subscribe();
  pollable.block();
  pollable[Symbol.dispose]();
  const arrived = future.get();
  if (arrived?.tag !== 'ok' || arrived.val.tag !== 'ok') return undefined;
  return arrived.val.val;
}
