import {
  InstantiationError,
  isGuestFault,
  OverloadedError,
  PoolClosedError,
} from '@wasmlattice/wasm-runtime';
import { invokeIncomingHandler } from '@wasmlattice/wasm-runtime/host-functions';
import type { InvocationParts, RunInvocation } from '../invocation/invocation-runner.js';
import type { HttpHandler } from '../telemetry/observe-http.js';
import { answerUnavailable } from './unavailable.js';

/** Answers HTTP requests with a component: each in an invocation of its own, which a client that leaves ends. */
export function createHttpHandler(options: {
  readonly componentId: string;
  /** The component's export of `wasi:http/incoming-handler`, verbatim. */
  readonly exportId: string;
  readonly run: RunInvocation<Pick<InvocationParts, 'logger' | 'limits' | 'report'>>;
  readonly onUnfinishedBody?: (() => void) | undefined;
  /** Whether clients see why a guest trapped. */
  readonly showsTraps?: boolean | undefined;
}): HttpHandler {
  const { componentId, exportId, run, onUnfinishedBody = () => {}, showsTraps } = options;
  return async (exchange, trace, source) => {
    try {
      return await run(
        trace,
        exchange.signal,
        (instance, signal, { logger, limits, report }) =>
          invokeIncomingHandler({
            instance,
            exportId,
            exchange,
            component: componentId,
            signal,
            logger,
            limits,
            onUnfinishedBody,
            onIncomplete: report,
            showsTraps,
          }),
        { source },
      );
    } catch (cause) {
      if (cause instanceof InstantiationError) {
        const status = statusOf(cause);
        const details = showsTraps === true ? `\n${cause.stack}\n` : '';
        exchange.responder.fail(
          status,
          `Component "${componentId}" could not be started.\n${details}`,
          cause,
        );
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
  };
}

/** As a guest that ends later has them: its own fault, its deadline, a stop. */
function statusOf(error: InstantiationError): 500 | 503 | 504 {
  if (error.kind !== 'aborted') return 500;
  return isGuestFault(error) ? 504 : 503;
}
