import {
  InstantiationError,
  isGuestFault,
  OverloadedError,
  PoolClosedError,
} from '@wasmlattice/wasm-runtime';
import type { HandlerOutcome } from '@wasmlattice/wasm-runtime/host-functions';
import type { RunInvocation } from '../invocation/invocation-runner.js';
import type { HttpHandler } from '../telemetry/observe-http.js';
import type { ServedExchange } from './exchange.js';
import { type GuestHandler, type HttpInvocationParts, handleInGuest } from './handle-in-guest.js';
import { answerUnavailable } from './unavailable.js';

/** Answers HTTP requests with a component: each in an invocation of its own, which a client that leaves ends. */
export function createHttpHandler(
  options: GuestHandler & { readonly run: RunInvocation<HttpInvocationParts> },
): HttpHandler {
  const { run } = options;
  return (exchange, trace, source) =>
    run(trace, exchange.signal, handleInGuest(options, exchange), { source }).catch((cause: unknown) =>
      answerNotRun(options, exchange, cause),
    );
}

/** The guest was not called: what that was is the answer. */
function answerNotRun(
  { componentId, showTrap }: GuestHandler,
  exchange: ServedExchange,
  cause: unknown,
): HandlerOutcome {
  if (cause instanceof InstantiationError) {
    const status = statusOf(cause);
    const details = showTrap === undefined ? '' : `\n${showTrap(cause)}\n`;
    exchange.responder.fail(status, `Component "${componentId}" could not be started.\n${details}`, cause);
    return { kind: 'trapped', status, cause };
  }
  if (cause instanceof OverloadedError) {
    answerUnavailable(exchange, `${cause.message}\n`, cause.retryAfterMs);
  } else if (cause instanceof PoolClosedError) {
    answerUnavailable(exchange, `component '${componentId}' is being stopped or replaced\n`);
  } else {
    throw cause;
  }
  return { kind: 'trapped', status: 503, cause };
}

/** As a guest that ends later has them: its own fault, its deadline, a stop. */
function statusOf(error: InstantiationError): 500 | 503 | 504 {
  if (error.kind !== 'aborted') return 500;
  return isGuestFault(error) ? 504 : 503;
}
