import type { CallHandler, ServedFunction, Server } from '../serve.js';

/** Notes the beginning of a call; the result notes its end, with the error if it failed. */
export type CallMeasure = () => (outcome: CallOutcome) => void;

export type CallOutcome = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

export interface MeasureServerOptions {
  /** Asked once for each function, so that what is the same for all its calls is made once. */
  readonly measure: (served: ServedFunction) => CallMeasure;
}

const succeeded: CallOutcome = { ok: true };

/** A server that tells of each call when it begins and when the handler has its result or failed. */
export function measureServer(server: Server, options: MeasureServerOptions): Server {
  return {
    serve: (served) => server.serve({ ...served, handler: measuredHandler(served, options) }),
    close: (options) => server.close(options),
  };
}

function measuredHandler(served: ServedFunction, { measure }: MeasureServerOptions): CallHandler {
  const { handler } = served;
  const begin = measure(served);
  return async (params, context) => {
    const end = begin();
    try {
      const result = await handler(params, context);
      end(succeeded);
      return result;
    } catch (error) {
      end({ ok: false, error });
      throw error;
    }
  };
}
