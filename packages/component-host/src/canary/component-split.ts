import {
  type CallContext,
  type CallHandler,
  type ServedFunction,
  type ServedHandle,
  type Server,
  wireName,
} from '@wasmlattice/rpc';
import { httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import type { ServedExchange } from '../http/exchange.js';
import { sameFunction } from '../same-host/same-function.js';
import type { HttpRequestHandler } from '../telemetry/observe-http.js';
import { type CanaryCells, type CanarySide, countCanaryCall, readCanaryShare } from './canary-cells.js';

/** The new version of a component can't answer all that the old one is asked. */
export class CanaryMismatchError extends Error {
  override readonly name = 'CanaryMismatchError';

  constructor(componentId: string, functions: readonly string[]) {
    super(
      `the new version of component '${componentId}' can't take a part of its calls: it has not, or with other types, ${functions.join(', ')}; deploy it without a canary`,
    );
  }
}

/** The functions of a canary, gathered while its runtime is made. */
export class CanaryExports {
  readonly functions: Map<string, ServedFunction> = new Map();
  readonly #componentId: string;

  constructor(componentId: string) {
    this.#componentId = componentId;
  }

  /** Calls for the component come by way of its other version, those for instances of the canary's own by themselves. */
  serverOf(own: Server): Server {
    return {
      serve: async (served): Promise<ServedHandle> => {
        if (served.target !== this.#componentId) return await own.serve(served);
        if (served.forward !== undefined) return nothingServed;
        this.functions.set(functionKey(served), served);
        return nothingServed;
      },
      close: () => own.close(),
    };
  }
}

const nothingServed: ServedHandle = { close: async () => {} };

interface Canary {
  readonly cells: CanaryCells;
  readonly functions: ReadonlyMap<string, ServedFunction>;
  readonly http: HttpRequestHandler | undefined;
  /** Calls that were given to it. */
  inFlight: number;
  onIdle: (() => void) | undefined;
}

/** By how much the place in a share advances with each call: no pattern of calls meets one version alone. */
const goldenRatio = 0.618_033_988_749_895;

/**
 * Divides the calls of one component in one thread between the version that serves them and a new one beside it. Calls that concern
 * resources of the component stay with the old one, which may have them.
 */
export class ComponentSplit {
  readonly #componentId: string;
  readonly #stable = new Map<string, ServedFunction>();
  #canary: Canary | undefined;
  #place = Math.random();

  constructor(componentId: string) {
    this.#componentId = componentId;
  }

  /** Serves what the old version serves, so that a canary may take calls of it. */
  serverOf(server: Server): Server {
    return {
      serve: async (served) => {
        if (served.target !== this.#componentId || served.forward !== undefined) {
          return await server.serve(served);
        }
        const key = functionKey(served);
        const handle = await server.serve({
          ...served,
          handler: (params, context) => this.#call(key, served.handler, params, context),
        });
        this.#stable.set(key, served);
        return {
          close: async () => {
            if (this.#stable.get(key) === served) this.#stable.delete(key);
            await handle.close();
          },
        };
      },
      close: () => server.close(),
    };
  }

  /**
   * From now on the canary takes its share.
   *
   * @throws CanaryMismatchError
   */
  begin(
    cells: CanaryCells,
    { functions }: CanaryExports,
    { http, stableHttp }: Record<'http' | 'stableHttp', HttpRequestHandler | undefined>,
  ): void {
    const missing = [...this.#stable].flatMap(([key, { func }]) => {
      const other = functions.get(key);
      return other !== undefined && sameFunction(func, other.func) ? [] : [key];
    });
    if (stableHttp !== undefined && http === undefined) missing.push('wasi:http/incoming-handler');
    if (missing.length > 0) throw new CanaryMismatchError(this.#componentId, missing);
    this.#canary = { cells, functions, http, inFlight: 0, onIdle: undefined };
  }

  /** All calls are for the old version again; resolves when those that the canary was given are over. */
  async end(cells: CanaryCells): Promise<void> {
    const canary = this.#canary;
    if (canary?.cells !== cells) return;
    this.#canary = undefined;
    if (canary.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      canary.onIdle = resolve;
    });
  }

  /** Who answers the next HTTP request. */
  http(stable: HttpRequestHandler): HttpRequestHandler {
    const canary = this.#canary;
    if (canary === undefined) return stable;
    const { http } = canary;
    const isCanary = http !== undefined && this.#goesToCanary(canary);
    const handle = isCanary ? http : stable;
    return (exchange, source) =>
      this.#counted(
        canary,
        isCanary ? 'canary' : 'stable',
        () => handle(exchange, source),
        () => isAnswered(exchange),
      );
  }

  #call(
    key: string,
    stable: CallHandler,
    params: readonly unknown[],
    context: CallContext,
  ): Promise<unknown> {
    const canary = this.#canary;
    if (canary === undefined) return stable(params, context);
    const other = canary.functions.get(key);
    const isCanary = other !== undefined && this.#goesToCanary(canary);
    const handler = isCanary ? other.handler : stable;
    const isHttp = key.startsWith(httpIncomingHandler.id);
    return this.#counted(
      canary,
      isCanary ? 'canary' : 'stable',
      () => handler(params, context),
      (result) => !isHttp || isResponse(result),
    );
  }

  #goesToCanary({ cells }: Canary): boolean {
    this.#place = (this.#place + goldenRatio) % 1;
    return this.#place < readCanaryShare(cells);
  }

  async #counted<T>(
    canary: Canary,
    side: CanarySide,
    call: () => Promise<T>,
    isOk: (result: T) => boolean,
  ): Promise<T> {
    let succeeded = false;
    if (side === 'canary') canary.inFlight += 1;
    try {
      const result = await call();
      succeeded = isOk(result);
      return result;
    } finally {
      countCanaryCall(canary.cells, side, succeeded);
      if (side === 'canary') {
        canary.inFlight -= 1;
        if (canary.inFlight === 0) canary.onIdle?.();
      }
    }
  }
}

function functionKey({ func, instance }: ServedFunction): string {
  return `${instance}#${wireName(func.name)}`;
}

/** A client that left is nobody's failure. */
function isAnswered({ isDisconnected, responder }: ServedExchange): boolean {
  return isDisconnected || (responder.status ?? 500) < 500;
}

/** Of `wrpc:http/incoming-handler`. */
function isResponse(result: unknown): boolean {
  const { tag, val } = (result ?? {}) as { tag?: unknown; val?: { status?: unknown } };
  return tag === 'ok' && typeof val?.status === 'number' && val.status < 500;
}
