import type { EndSignal } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import {
  type HandlerOutcome,
  type HttpExchange,
  invokeIncomingHandler,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { InvocationParts } from '../invocation/invocation-runner.js';

/** What an invocation for HTTP needs to know, whether its request came by HTTP or by wRPC. */
export type HttpInvocationParts = Pick<InvocationParts, 'logger' | 'limits' | 'report' | 'recording'>;

/** The handler of a component, the same for all its requests. */
export interface GuestHandler {
  readonly componentId: string;
  /** The component's export of `wasi:http/incoming-handler`, verbatim. */
  readonly exportId: string;
  readonly onUnfinishedBody?: (() => void) | undefined;
  /** What clients see of why a guest trapped; absent: nothing. */
  readonly showTrap?: ((error: Error) => string) | undefined;
}

/** What an invocation does: it has the guest answer the exchange. */
export function handleInGuest(
  { componentId, exportId, onUnfinishedBody = () => {}, showTrap }: GuestHandler,
  exchange: HttpExchange,
): (instance: ComponentInstance, signal: EndSignal, parts: HttpInvocationParts) => Promise<HandlerOutcome> {
  return (instance, signal, { logger, limits, report, recording }) =>
    invokeIncomingHandler({
      instance,
      exportId,
      exchange: recording === undefined ? exchange : recording.exchange(exchange),
      component: componentId,
      signal,
      logger,
      limits,
      onUnfinishedBody,
      onIncomplete: report,
      showTrap,
    });
}
