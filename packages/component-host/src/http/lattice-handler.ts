import type { CallHeaders, Invoker, Result, WitFunction } from '@wasmlattice/rpc';
import { type HttpErrorCode, type HttpResponse, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import { abortSignalOf } from '@wasmlattice/wasm-runtime';
import {
  ForwardedRequest,
  forwardResponse,
  type HandlerOutcome,
  HttpFailure,
  statusOf,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { HttpHandler } from '../telemetry/observe-http.js';
import type { ServedExchange } from './exchange.js';
import { describeForwardFailure, type ForwardFailure } from './forward-failure.js';
import { answerUnavailable } from './unavailable.js';

export interface LatticeHandlerOptions {
  readonly componentId: string;
  /** The HTTP server that the component is linked to. */
  readonly providerId: string;
  readonly invoker: Invoker;
  /** Longest time until the head of a response is there, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

type Answer = Result<HttpResponse, HttpErrorCode>;

const [handle] = httpIncomingHandler.functions;

/**
 * Longest time until a host has taken a request, in ms, as upstream's. One that was on its way to a thread that ended is
 * taken by nobody.
 */
const acceptTimeoutMs = 10_000;

/**
 * Answers HTTP requests with a component that runs elsewhere in the lattice: each is a call of its
 * `wrpc:http/incoming-handler`, as a provider makes it (docs/spec/provider.md#10.1). Hosts that run the component share
 * the calls. A client that leaves ends its call.
 */
export function createLatticeHandler(options: LatticeHandlerOptions): HttpHandler {
  const { componentId, timeoutMs, logger } = options;

  const failed = (
    exchange: ServedExchange,
    cause: unknown,
    { status, text, mayRetry }: ForwardFailure,
  ): HandlerOutcome => {
    if (!exchange.isDisconnected) {
      // Of a component that runs nowhere each client is told, and the metrics tell how many were.
      const level = mayRetry ? 'debug' : 'error';
      logger[level]('a request could not be answered over the lattice', { error: cause, status });
    }
    if (mayRetry && exchange.responder.status === undefined) answerUnavailable(exchange, text);
    else exchange.responder.fail(status, text);
    return { kind: 'trapped', status, cause };
  };

  const answerWith = async (exchange: ServedExchange, answer: Answer): Promise<HandlerOutcome> => {
    if (answer.tag === 'err') {
      const code = answer.val;
      const status = statusOf(code);
      logger.warn(`component ${componentId} answered with error-code ${code.tag}`, { code, status });
      exchange.responder.fail(status, `Component "${componentId}" answered with error-code ${code.tag}.\n`);
      return { kind: 'error-code', status, code };
    }
    const status = await forwardResponse(answer.val, exchange);
    return { kind: 'answered', status };
  };

  return async (exchange, trace) => {
    let request: ForwardedRequest;
    try {
      request = new ForwardedRequest(exchange);
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) throw cause;
      exchange.responder.fail(400, `${cause.message}\n`);
      return { kind: 'error-code', status: 400, code: cause.code };
    }
    try {
      const outcome = await answerWith(exchange, await call(options, exchange, request, trace));
      // A guest may read on after its answer is complete, as long as its next piece takes no longer than an answer might.
      await settled(request, timeoutMs);
      return outcome;
    } catch (cause) {
      return failed(exchange, cause, describeForwardFailure(cause, options));
    }
  };
}

function call(
  { componentId, providerId, invoker, timeoutMs }: LatticeHandlerOptions,
  { signal }: ServedExchange,
  request: ForwardedRequest,
  trace: CallHeaders,
): Promise<Answer> {
  return invoker.invoke({
    target: componentId,
    instance: httpIncomingHandler.id,
    func: handle as WitFunction,
    params: [request.wire],
    headers: { ...trace, 'source-id': providerId, 'target-id': componentId },
    signal: abortSignalOf(signal),
    timeoutMs,
    acceptTimeoutMs,
  }) as Promise<Answer>;
}

/** Resolves when nothing of the request is sent any more, for want of a reader or because nothing was for `maxMs`. */
async function settled(request: ForwardedRequest, maxMs: number): Promise<void> {
  let since = performance.now();
  const onTime = (): void => {
    since = Math.max(since, request.readAt);
    const left = since + maxMs - performance.now();
    if (left > 0) timer = setTimeout(onTime, Math.ceil(left));
    else request.abandon(new Error(`nothing more of the request was sent or read within ${maxMs} ms`));
  };
  let timer = setTimeout(onTime, maxMs);
  await request.over;
  clearTimeout(timer);
}
