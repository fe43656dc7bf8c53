import type { Result } from '@wasmlattice/rpc';
import {
  type HttpErrorCode,
  type HttpRequest,
  type HttpResponse,
  httpOutgoingHandler,
} from '@wasmlattice/rpc/interfaces';
import type { InstanceContext } from '../../host-interface.js';
import { ResultError } from '../io/index.js';
import { type ErrorCode, errorCodeOf, HttpFailure } from './error-code.js';
import { FutureIncomingResponse, type ResponseSource } from './incoming-response.js';
import type { OutgoingRequest, ReleasedRequest } from './outgoing-request.js';
import { type RequestOptions, timeoutsOf } from './request-options.js';
import { ReceivedBody } from './wire/received-body.js';
import { IncompleteBodyError, SentBody } from './wire/sent-body.js';
import { transferFailure } from './wire/transfer-failure.js';
import { fieldsToLines, linesToFields } from './wire/wire-fields.js';

/** The interface outgoing calls are linked by (docs/spec/wrpc-interfaces.md#2). */
const LINK_KEY = 'wasi:http/outgoing-handler';

const [HANDLE] = httpOutgoingHandler.functions;

/** What the other side may take to say that a timeout passed, in ms. */
const TIMEOUT_MARGIN_MS = 5_000;

/** Longer timers overflow, and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Function `wasi:http/outgoing-handler.handle`: the request goes to whatever the component's link leads to, as
 * `wrpc:http/outgoing-handler` (docs/spec/wrpc-interfaces.md#3). Every failure reaches the guest as an
 * error-code, a missing link too, for which upstream traps the guest.
 */
export function handleOutgoing(
  context: InstanceContext,
  request: OutgoingRequest,
  options: RequestOptions | undefined,
): FutureIncomingResponse {
  let released: ReleasedRequest;
  try {
    released = request.release();
  } catch (cause) {
    if (!(cause instanceof HttpFailure)) throw cause;
    throw new ResultError<ErrorCode>(errorCodeOf(cause));
  }
  const dropped = new AbortController();
  const response = send(context, released, options, AbortSignal.any([context.signal, dropped.signal]));
  return new FutureIncomingResponse(response, () =>
    dropped.abort(new Error('the guest gave the request up')),
  );
}

async function send(
  context: InstanceContext,
  request: ReleasedRequest,
  options: RequestOptions | undefined,
  signal: AbortSignal,
): Promise<ResponseSource> {
  const timeouts = timeoutsOf(options);
  const body: SentBody = new SentBody(() => body.discard());
  request.sendBody({
    sink: body,
    bodiless: false,
    finish: (trailers) => body.finish(trailers),
    abort: (reason) => body.abort(new IncompleteBodyError(reason)),
  });
  const { connectTimeout, firstByteTimeout, betweenBytesTimeout } = timeouts;
  let answer: Result<HttpResponse, HttpErrorCode>;
  try {
    answer = (await context.links.invoke(LINK_KEY, {
      instance: httpOutgoingHandler.id,
      func: HANDLE as (typeof httpOutgoingHandler.functions)[number],
      params: [toWire(request, body), timeouts],
      signal,
      timeoutMs: timerMs(connectTimeout + firstByteTimeout, TIMEOUT_MARGIN_MS),
    })) as Result<HttpResponse, HttpErrorCode>;
  } catch (cause) {
    body.discard();
    if (!signal.aborted) warn(context, request, cause);
    throw transferFailure(cause);
  }
  if (answer.tag === 'err') {
    body.discard();
    throw new HttpFailure(answer.val, `the request was answered with error-code ${answer.val.tag}`);
  }
  return fromWire(answer.val, context.signal, timerMs(betweenBytesTimeout));
}

function toWire(request: ReleasedRequest, body: SentBody): HttpRequest {
  const { method, pathWithQuery, scheme, authority, headers } = request;
  return {
    body,
    trailers: body.trailers,
    method,
    pathWithQuery,
    scheme,
    authority,
    // Upstream's hosts send it, and its clients add none.
    headers: linesToFields(['host', authority, ...headers]),
  };
}

function fromWire(response: HttpResponse, over: AbortSignal, betweenBytesMs: number): ResponseSource {
  const body = new ReceivedBody(response.body, response.trailers, { betweenBytesMs });
  // A guest may end without having read or dropped it.
  if (over.aborted) body.cancel();
  else over.addEventListener('abort', () => body.cancel(), { once: true });
  const { status } = response;
  if (status < 100 || status > 999) {
    body.cancel();
    throw new HttpFailure({ tag: 'HTTP-protocol-error' }, `the response has the status ${status}`);
  }
  try {
    return {
      head: { status, headers: fieldsToLines(response.headers) },
      body: body.body,
      trailers: () => body.trailers(),
    };
  } catch (cause) {
    body.cancel();
    throw cause;
  }
}

function warn({ logger, componentId }: InstanceContext, request: ReleasedRequest, error: unknown): void {
  logger.warn(`a request of component ${componentId} to ${request.authority} failed`, {
    component: componentId,
    error,
  });
}

/** Nanoseconds as milliseconds a timer takes. */
function timerMs(nanoseconds: bigint, marginMs = 0): number {
  return Math.min(Math.ceil(Number(nanoseconds) / 1e6) + marginMs, LONGEST_TIMER_MS);
}
