import type { MethodsOf, ParamsOf, ResultOf, TypedInterface } from './builders.js';
import type { CallHeaders, Invocation, Invoker } from './invoke.js';
import { memberOf, methodName } from './names.js';
import type { CallContext, ServedHandle, Server } from './serve.js';
import type { WitFunction } from './types.js';

/** An {@link Invocation} whose parameters have the types that `F` declares. */
export type TypedInvocation<F extends WitFunction> = Omit<Invocation, 'func' | 'params'> & {
  readonly func: F;
  readonly params: ParamsOf<F>;
};

/** {@link Invoker.invoke} with the result's type; errors are the same. */
export async function call<const F extends WitFunction>(
  invoker: Invoker,
  invocation: TypedInvocation<F>,
): Promise<ResultOf<F>> {
  return (await invoker.invoke(invocation)) as ResultOf<F>;
}

/** What every call of a {@link createClient} shares. */
export interface ClientOptions<M> {
  readonly target: string;
  readonly interface: TypedInterface<M>;
  readonly headers?: CallHeaders;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** An object with the interface's functions as methods: `(await client.get('', 'k1')).val`. */
export function createClient<M>(invoker: Invoker, options: ClientOptions<M>): M {
  const { interface: wit, target, headers, signal, timeoutMs } = options;
  const shared = {
    target,
    instance: wit.id,
    ...(headers && { headers }),
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  const methods = wit.functions.map((func) => [
    methodName(func.name),
    (...params: unknown[]) => invoker.invoke({ ...shared, func, params }),
  ]);
  return Object.fromEntries(methods) as M;
}

/**
 * An implementation of the methods `M`, each with the call's context after its own parameters. A function that
 * returns a WIT `result` returns `ok(…)` or `err(…)`; one that throws makes the caller's call fail.
 */
export type Implementation<M> = {
  readonly [K in keyof M]: M[K] extends (...params: infer P) => Promise<infer R>
    ? (...args: [...params: P, context: CallContext]) => Promise<R> | R
    : never;
};

export interface ServeInterfaceOptions<I extends TypedInterface<unknown>> {
  /** Component or provider id that offers the interface. */
  readonly target: string;
  readonly interface: I;
  readonly implementation: Implementation<MethodsOf<I>>;
}

/** Serves every function of an interface. Resolves once calls will arrive; one that can't be served undoes the others. */
export async function serveInterface<I extends TypedInterface<unknown>>(
  server: Server,
  options: ServeInterfaceOptions<I>,
): Promise<ServedHandle> {
  const { interface: wit, target } = options;
  const implementation = options.implementation as object;
  const outcomes = await Promise.allSettled(
    wit.functions.map((func) => {
      const method = methodName(func.name);
      return server.serve({
        target,
        instance: wit.id,
        func,
        handler: async (params, context) => {
          const implemented = memberOf(implementation, method) as
            | ((...args: unknown[]) => unknown)
            | undefined;
          return await implemented?.call(implementation, ...params, context);
        },
      });
    }),
  );
  const handles = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const close = async (): Promise<void> => {
    await Promise.all(handles.map((handle) => handle.close()));
  };
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return { close };
}
