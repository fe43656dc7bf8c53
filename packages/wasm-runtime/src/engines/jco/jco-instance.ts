import { camelCase, type WitFunction } from '@wasmlattice/rpc';
import type { EndSignal } from '../../ending.js';
import { ExitError, InstantiationError, TrapError, type TrapKind, UnknownExportError } from '../../errors.js';
import { LimitExceededError } from '../../limits/limit-exceeded-error.js';
import type { MemoryBudget } from '../../pool/thread-budgets.js';
import { className, parseQualifiedName } from '../../qualified-name.js';
import type { ComponentInstance, ComponentTypes, HostImports, InstantiateOptions } from '../engine.js';
import { type CoreInstance, type CoreModule, webAssembly } from '../web-assembly.js';
import { generatedImports } from './generated-imports.js';
import { type GuestWatch, watchGuest } from './guest-watch.js';
import { asyncConstructor } from './patch-output.js';

/** What a generated and patched module gives. */
export type GeneratedInstantiate = (
  getCoreModule: (name: string) => CoreModule,
  imports: Readonly<Record<string, unknown>>,
  instantiateCore: (module: CoreModule, imports?: object) => CoreInstance,
  shadowedWebAssembly: object,
  shadowedConsole: object,
) => GeneratedExports | Promise<GeneratedExports>;

/** Interfaces by verbatim id, world-level functions by camel-case name. */
export type GeneratedExports = Readonly<Record<string, unknown>>;

type ExportedFunction = (...params: readonly unknown[]) => Promise<unknown>;

/** What all instances of one component share. */
export interface CompiledParts {
  readonly component: string;
  readonly types: ComponentTypes;
  readonly instantiate: GeneratedInstantiate;
  readonly coreModules: ReadonlyMap<string, CoreModule>;
  /** Takes what the generated code would print. */
  readonly console: object;
  /** Linear memories of an instance. */
  readonly memories: number;
  readonly budgets: MemoryBudget | undefined;
}

export async function instantiateGenerated(
  parts: CompiledParts,
  imports: HostImports,
  options: InstantiateOptions,
): Promise<ComponentInstance> {
  const watch = watchGuest(options);
  // The watch is as old as the instance, and lives as long as anything of it.
  parts.budgets?.hold(parts.component, parts.memories, watch);
  try {
    const exports = await parts.instantiate(
      (name) => requireCoreModule(parts, name),
      generatedImports(imports, parts.types),
      (module, coreImports) => new webAssembly.Instance(module, coreImports),
      watch.webAssembly,
      parts.console,
    );
    return new JcoInstance(parts, exports, watch, options.signal);
  } catch (error) {
    const kind = options.signal?.aborted ? 'aborted' : 'trap';
    throw new InstantiationError(parts.component, error, { kind });
  }
}

class JcoInstance implements ComponentInstance {
  readonly #parts: CompiledParts;
  readonly #exports: GeneratedExports;
  readonly #watch: GuestWatch;
  readonly #signal: EndSignal | undefined;

  constructor(
    parts: CompiledParts,
    exports: GeneratedExports,
    watch: GuestWatch,
    signal: EndSignal | undefined,
  ) {
    this.#parts = parts;
    this.#exports = exports;
    this.#watch = watch;
    this.#signal = signal;
  }

  async call(instance: string, func: string, params: readonly unknown[]): Promise<unknown> {
    const { exported, type } = this.#find(instance, func);
    const returnsResult = type.result?.kind === 'result';
    try {
      const value = await Promise.race([exported(...params), this.#watch.failure]);
      return returnsResult ? { tag: 'ok', val: value } : value;
    } catch (error) {
      if (returnsResult && !this.#watch.hasFailed() && isResultError(error)) {
        return { tag: 'err', val: error.payload };
      }
      throw new TrapError({
        component: this.#parts.component,
        instance,
        func,
        kind: this.#kindOf(error),
        cause: error,
      });
    }
  }

  #find(instance: string, func: string): { exported: ExportedFunction; type: WitFunction } {
    const { component, types } = this.#parts;
    const functions =
      instance === ''
        ? types.exportedFunctions
        : (types.exports.find(({ id }) => id === instance)?.functions ?? []);
    const type = functions.find(({ name }) => name === func);
    const scope = instance === '' ? this.#exports : this.#exports[instance];
    const exported = findExport(scope as GeneratedExports | undefined, func);
    if (type === undefined || exported === undefined) {
      throw new UnknownExportError(component, instance, func);
    }
    return { exported, type };
  }

  #kindOf(error: unknown): TrapKind {
    if (error instanceof ExitError) return 'exit';
    if (this.#signal?.aborted) return 'aborted';
    return error instanceof LimitExceededError ? 'limit' : 'trap';
  }
}

/** A function by its name in the binary, called as in the binary: a method takes its object first. */
function findExport(scope: GeneratedExports | undefined, func: string): ExportedFunction | undefined {
  const name = parseQualifiedName(func);
  if (name.kind === 'function') return asFunction(scope?.[camelCase(name.name)]);
  const type = scope?.[className(name.resource)] as GeneratedClass | undefined;
  switch (name.kind) {
    case 'constructor':
      return asFunction(type?.[asyncConstructor]);
    case 'static':
      return asFunction(type?.[camelCase(name.member)]);
    case 'method': {
      const method = asFunction(type?.prototype[camelCase(name.member)]);
      return method && ((self, ...params) => method.apply(self, params));
    }
  }
}

/** A resource that the component defines. Its objects are opaque; `[Symbol.dispose]` drops one. */
type GeneratedClass = Readonly<Record<string, unknown>> & {
  readonly prototype: Readonly<Record<string, unknown>>;
};

function asFunction(value: unknown): ExportedFunction | undefined {
  return typeof value === 'function' ? (value as ExportedFunction) : undefined;
}

/** The generated code's own class, made anew for each instance, so it can't be told by `instanceof`. */
function isResultError(error: unknown): error is Error & { readonly payload: unknown } {
  return error instanceof Error && error.constructor.name === 'ComponentError' && 'payload' in error;
}

function requireCoreModule({ coreModules, component }: CompiledParts, name: string): CoreModule {
  const module = coreModules.get(name);
  if (!module)
    throw new Error(`component "${component}": the generated code asks for ${name}, which is not there`);
  return module;
}
