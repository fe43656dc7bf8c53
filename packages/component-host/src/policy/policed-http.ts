import { HandlerError } from '@wasmlattice/rpc';
import { httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import type { HttpHandler } from '../telemetry/observe-http.js';
import { denialText, type InvocationGate } from './invocation-gate.js';

/** Answers 403 to requests that the gate does not let pass. They are asked for as those that come over the lattice. */
export function policedHttp(handle: HttpHandler, gate: InvocationGate, componentId: string): HttpHandler {
  const decide = gate.of({ instance: httpIncomingHandler.id, func: 'handle' });
  return async (exchange, trace, source) => {
    const asked = decide();
    const decision = asked instanceof Promise ? await asked : asked;
    if (decision.permitted) return await handle(exchange, trace, source);
    const cause = new HandlerError('denied', denialText(componentId, decision.message));
    // Why is for those who operate the host.
    exchange.responder.fail(403, `A policy does not allow requests to component "${componentId}".\n`, cause);
    return { kind: 'trapped', status: 403, cause };
  };
}
