import { HandlerError, type Server } from '@wasmlattice/rpc';
import { InstantiationError, OverloadedError, PoolClosedError, TrapError } from '@wasmlattice/wasm-runtime';
import { OverdueError } from '../invocation/overdue-error.js';

/** Tells callers by code that there is no room for a call now, and that a component is being stopped or replaced. */
export function typedFailures(server: Server): Server {
  return {
    serve: (served) =>
      server.serve({
        ...served,
        handler: (params, context) =>
          served.handler(params, context).catch((error: unknown) => {
            throw typed(error);
          }),
      }),
    close: () => server.close(),
  };
}

function typed(error: unknown): unknown {
  const reason = reasonOf(error);
  if (reason instanceof OverloadedError) {
    return new HandlerError('overloaded', reason.message, { cause: error });
  }
  if (reason instanceof PoolClosedError || reason instanceof OverdueError) {
    return new HandlerError('terminated', reason.message, { cause: error });
  }
  return error;
}

/** Of a guest that was ended from outside: why that was. */
function reasonOf(error: unknown): unknown {
  const isEnd = error instanceof TrapError || error instanceof InstantiationError;
  return isEnd && error.kind === 'aborted' ? error.cause : error;
}
