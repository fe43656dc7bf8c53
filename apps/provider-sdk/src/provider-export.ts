import type { Implementation, TypedInterface } from '@wasmlattice/rpc';
import {
  type CallContext,
  type CallHeaders,
  methodName,
  type ServedHandle,
  type Server,
  serveInterface,
} from '@wasmlattice/rpc';
import { describeError, type Logger } from '@wasmlattice/telemetry';

/** Who calls, and through which link. */
export interface ProviderCall {
  /** Id of the caller; `<unknown>` if it did not say. */
  readonly sourceId: string;
  /** `default` if the caller did not say. */
  readonly linkName: string;
  readonly headers: CallHeaders;
  /** Aborted when the provider shuts down before the call is answered. */
  readonly signal: AbortSignal;
}

/**
 * An implementation of the methods `M`, each with the {@link ProviderCall} after its own parameters. A function that
 * returns a WIT `result` returns `ok(…)` or `err(…)`; throwing ends the call without an answer, which traps the
 * calling component.
 */
export type ProviderImplementation<M> = {
  readonly [K in keyof M]: M[K] extends (...params: infer P) => Promise<infer R>
    ? (...args: [...params: P, call: ProviderCall]) => Promise<R> | R
    : never;
};

/** An interface a provider offers, made by {@link provide}. */
export interface ProviderExport {
  /** Wire instance, version included: `wrpc:keyvalue/store@0.2.0-draft`. */
  readonly instance: string;
  /** Serves it for `target`, the provider's id. What a function throws is logged. */
  serve(server: Server, target: string, logger: Logger): Promise<ServedHandle>;
}

/**
 * Offers `implementation` as `wit`.
 *
 * @throws TypeError that names the functions without a handler, which TypeScript refuses as well
 */
export function provide<M>(
  wit: TypedInterface<M>,
  implementation: ProviderImplementation<M>,
): ProviderExport {
  const methods = implementation as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;
  const missing = wit.functions
    .map(({ name }) => methodName(name))
    .filter((name) => typeof methods?.[name] !== 'function');
  if (missing.length > 0) {
    throw new TypeError(`the implementation of ${wit.id} has no handler named ${missing.join(', ')}`);
  }
  return {
    instance: wit.id,
    serve(server, target, logger) {
      const wrapped = wit.functions.map((func) => {
        const name = methodName(func.name);
        return [
          name,
          async (...args: unknown[]) => {
            const call = new IncomingCall(args.pop() as CallContext);
            try {
              return await methods[name]?.(...args, call);
            } catch (error) {
              logger.error(`${wit.id}.${func.name} failed: ${describeError(error)}`, {
                source: call.sourceId,
                link: call.linkName,
              });
              throw error;
            }
          },
        ] as const;
      });
      return serveInterface(server, {
        target,
        interface: wit,
        implementation: Object.fromEntries(wrapped) as unknown as Implementation<M>,
      });
    },
  };
}

/** Reads of the context what is asked for: an abort signal, for instance, is made by the question. */
class IncomingCall implements ProviderCall {
  readonly #context: CallContext;

  constructor(context: CallContext) {
    this.#context = context;
  }

  get sourceId(): string {
    return this.#context.headers['source-id'] ?? '<unknown>';
  }

  get linkName(): string {
    return this.#context.headers['link-name'] ?? 'default';
  }

  get headers(): CallHeaders {
    return this.#context.headers;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}
