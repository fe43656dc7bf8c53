import { getStderr } from 'wasi:cli/stderr@0.2.10';
import { getStdout } from 'wasi:cli/stdout@0.2.10';
import { subscribeDuration } from 'wasi:clocks/monotonic-clock@0.2.10';
import { get as getConfig } from 'wasi:config/store@0.2.0-draft';
import { type IncomingRequest, ResponseOutparam } from 'wasi:http/types@0.2.10';
import type { OutputStream } from 'wasi:io/streams@0.2.10';
import { increment } from 'wasi:keyvalue/atomics@0.2.0-draft';
import { type Bucket, open } from 'wasi:keyvalue/store@0.2.0-draft';
import { type Level, log } from 'wasi:logging/logging@0.1.0-draft';
import { beforeSet, take, unfinished } from './bodies.ts';
import {
  fieldsFrom,
  fieldsToList,
  respond,
  respondBytes,
  respondText,
  sendHead,
  trailersOf,
} from './http.ts';
import { spinOnBody, spinOnRoom, spinOnTrailers } from './spins.ts';
import { copyAll, payloadOf, writeAll, writeFiller } from './streams.ts';

const encoder = new TextEncoder();

/** Counts the invocations this instance has served: 1 for ever if instances are not shared. */
let served = 0;

export interface Invocation {
  readonly request: IncomingRequest;
  readonly out: ResponseOutparam;
  /** A parameter of the query, `fallback` if it is absent. */
  param(name: string, fallback?: string): string;
}

/** One behaviour per path. */
export const routes: Readonly<Record<string, (invocation: Invocation) => void>> = {
  '/hello': ({ out }) => respondText(out, 'hello\n'),
  '/slow': slow,
  '/echo': echo,
  '/trailers': trailers,
  '/stdout': ({ out, param }) => print(out, getStdout(), param('text', 'a line on stdout')),
  '/stderr': ({ out, param }) => print(out, getStderr(), param('text', 'a line on stderr')),
  '/log': logLine,
  '/config': config,
  '/kv/get': keyvalueGet,
  '/kv/set': keyvalueSet,
  '/kv/incr': keyvalueIncrement,
  '/trap': () => {
    throw new Error('trap on request');
  },
  '/trap-after-head': trapAfterHead,
  '/no-response': () => undefined,
  '/error': ({ out, param }) =>
    ResponseOutparam.set(out, {
      tag: 'err',
      val: { tag: 'internal-error', val: param('text', 'on request') },
    }),
  '/state': state,
  '/big': big,
  '/spin': spin,
  '/compute': compute,
  '/allocate': allocate,
  '/headers': headers,
  '/answer': answer,
  '/spin-on-body': spinOnBody,
  '/spin-on-trailers': spinOnTrailers,
  '/spin-on-room': spinOnRoom,
  '/before-set': beforeSet,
  '/unfinished': unfinished,
  '/take': take,
};

/** `?status=N&length=N&body=TEXT`: answers just so, whether HTTP allows it or not; without `length` it says none. */
function answer({ request, out, param }: Invocation): void {
  const length = param('length', '');
  const headers: [string, string][] = [['x-method', methodOf(request)]];
  if (length !== '') headers.push(['content-length', length]);
  respond(out, { status: Number(param('status', '200')), headers }, (body) => {
    writeAll(body, encoder.encode(param('body', '')));
    return undefined;
  });
}

function methodOf(request: IncomingRequest): string {
  const method = request.method();
  return method.tag === 'other' ? `other ${method.val}` : method.tag;
}

/** `?mib=N`: answers while it holds that much memory; traps when it does not get it. */
function allocate({ out, param }: Invocation): void {
  const held = Array.from({ length: Number(param('mib')) }, () => new Uint8Array(1 << 20));
  respondText(out, `holds ${held.length} MiB\n`);
}

/** `?ms=N`: answers after N milliseconds of waiting on the clock; the log tells when it begins and ends. */
function slow({ out, param }: Invocation): void {
  log('info', 'probe', 'slow begins');
  const milliseconds = Number(param('ms', '100'));
  const pollable = subscribeDuration(BigInt(milliseconds) * 1_000_000n);
  pollable.block();
  pollable[Symbol.dispose]();
  log('info', 'probe', 'slow ends');
  respondText(out, `waited ${milliseconds} ms\n`);
}

/** The request's body and trailers as the response's. */
function echo({ request, out }: Invocation): void {
  const body = request.consume();
  respond(out, {}, (to) => {
    const from = body.stream();
    copyAll(from, to);
    from[Symbol.dispose]();
    return trailersOf(body);
  });
}

function trailers({ out }: Invocation): void {
  const head = { headers: [['trailer', 'x-probe']] as [string, string][] };
  respond(out, head, (body) => {
    writeAll(body, encoder.encode('body\n'));
    return fieldsFrom([['x-probe', 'trailer']]);
  });
}

function print(out: ResponseOutparam, stream: OutputStream, line: string): void {
  stream.blockingWriteAndFlush(encoder.encode(`${line}\n`));
  stream[Symbol.dispose]();
  respondText(out, 'printed\n');
}

/** `?level=info&text=…` */
function logLine({ out, param }: Invocation): void {
  log(param('level', 'info') as Level, 'probe', param('text', 'a line in the log'));
  respondText(out, 'logged\n');
}

/** `?key=k`: the value, 404 without one. */
function config({ out, param }: Invocation): void {
  const value = getConfig(param('key'));
  if (value === undefined) respondText(out, 'no such key\n', 404);
  else respondText(out, value);
}

/** `?key=k&bucket=b`: the bytes, 404 without any. */
function keyvalueGet(invocation: Invocation): void {
  const { out, param } = invocation;
  const answer = (value: Uint8Array | undefined): void =>
    value === undefined ? respondText(out, 'no such key\n', 404) : respondBytes(out, value);
  withBucket(invocation, (bucket) => bucket.get(param('key')), answer);
}

/** `?key=k&value=v` */
function keyvalueSet(invocation: Invocation): void {
  const { out, param } = invocation;
  const value = encoder.encode(param('value'));
  withBucket(
    invocation,
    (bucket) => bucket.set(param('key'), value),
    () => respondText(out, 'stored\n'),
  );
}

/** `?key=k&delta=N`: the new value. */
function keyvalueIncrement(invocation: Invocation): void {
  const { out, param } = invocation;
  const delta = BigInt(param('delta', '1'));
  withBucket(
    invocation,
    (bucket) => increment(bucket, param('key'), delta),
    (value) => respondText(out, String(value)),
  );
}

/** Opens `?bucket=`, default `default`; an error that the store reports is answered as 502 with the WIT value in JSON. */
function withBucket<T>(
  { out, param }: Invocation,
  use: (bucket: Bucket) => T,
  answer: (value: T) => void,
): void {
  const bucket = open(param('bucket', 'default'));
  let value: T;
  try {
    value = use(bucket);
  } catch (error) {
    const payload = payloadOf(error);
    if (payload === undefined) throw error;
    respondText(out, JSON.stringify(payload), 502);
    return;
  } finally {
    bucket[Symbol.dispose]();
  }
  answer(value);
}

/** Promises a response, starts it, and traps. */
function trapAfterHead({ out }: Invocation): void {
  const stream = sendHead(out, {}).write();
  stream.blockingWriteAndFlush(encoder.encode('begun'));
  throw new Error('trap after the head');
}

function state({ out }: Invocation): void {
  served += 1;
  respondText(out, String(served));
}

/** `?bytes=N` */
function big({ out, param }: Invocation): void {
  respond(out, { headers: [['content-type', 'application/octet-stream']] }, (body) => {
    writeFiller(body, Number(param('bytes', '1000000')));
    return undefined;
  });
}

/** `?ms=N`: answers after N milliseconds of computing. */
function compute({ out, param }: Invocation): void {
  const until = Date.now() + Number(param('ms', '20'));
  while (Date.now() < until);
  respondText(out, 'computed\n');
}

function spin(): void {
  for (;;);
}

/** The request's head as JSON. */
function headers({ request, out }: Invocation): void {
  const method = request.method();
  const scheme = request.scheme();
  const head = {
    method: method.tag === 'other' ? method.val : method.tag.toUpperCase(),
    path: request.pathWithQuery(),
    scheme: scheme?.tag === 'other' ? scheme.val : scheme?.tag,
    authority: request.authority(),
    headers: fieldsToList(request.headers()),
  };
  respond(out, { headers: [['content-type', 'application/json']] }, (body) => {
    writeAll(body, encoder.encode(JSON.stringify(head)));
    return undefined;
  });
}
