import { HandlerError, type Server } from '@wasmlattice/rpc';
import {
  exceededLimit,
  InstantiationError,
  OverloadedError,
  PoolClosedError,
  TrapError,
} from '@wasmlattice/wasm-runtime';
import { OverdueError } from '../invocation/overdue-error.js';

/**
 * Tells callers by code that there is no room for a call now, that a component is being stopped or replaced, and that its guest
 * exceeded one of its limits.
 */
export function typedFailures(componentId: string, server: Server): Server {
  return {
    serve: (served) =>
      server.serve({
        ...served,
        handler: (params, context) =>
          served.handler(params, context).catch((error: unknown) => {
            throw typed(error, componentId);
          }),
      }),
    close: () => server.close(),
  };
}

function typed(error: unknown, componentId: string): unknown {
  const reason = reasonOf(error);
  if (reason instanceof OverloadedError) {
    return new HandlerError('overloaded', reason.message, { cause: error });
  }
  if (reason instanceof PoolClosedError || reason instanceof OverdueError) {
    return new HandlerError('terminated', reason.message, { cause: error });
  }
  if (error instanceof Error && exceededLimit(error, componentId) !== undefined) {
    // In development mode the stack of the guest follows.
    const [message = ''] = error.message.split('\n', 1);
    return new HandlerError('limit-exceeded', message, { cause: error });
  }
  return error;
}

/** Of a guest that was ended from outside: why that was. */
function reasonOf(error: unknown): unknown {
  const isEnd = error instanceof TrapError || error instanceof InstantiationError;
  return isEnd && error.kind === 'aborted' ? error.cause : error;
}
