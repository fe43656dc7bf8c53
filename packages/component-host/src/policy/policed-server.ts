import { HandlerError, type Server, wireName } from '@wasmlattice/rpc';
import { isDropFunction } from '@wasmlattice/wasm-runtime/lattice';
import { denialText, type InvocationDecision, type InvocationGate } from './invocation-gate.js';

/** Serves functions of a component to those alone whom the gate lets pass; others are told at once. */
export function policedServer(server: Server, gate: InvocationGate, componentId: string): Server {
  return {
    serve(served) {
      // Whoever holds a handle may always give it back.
      if (isDropFunction(served.func)) return server.serve(served);
      const decide = gate.of({ instance: served.instance, func: wireName(served.func.name) });
      const refuse = ({ message }: InvocationDecision): HandlerError =>
        new HandlerError('denied', denialText(componentId, message));
      return server.serve({
        ...served,
        handler(params, context) {
          const decision = decide();
          if (!(decision instanceof Promise)) {
            return decision.permitted ? served.handler(params, context) : Promise.reject(refuse(decision));
          }
          return decision.then((decided) => {
            if (!decided.permitted) throw refuse(decided);
            return served.handler(params, context);
          });
        },
      });
    },
    close: () => server.close(),
  };
}
