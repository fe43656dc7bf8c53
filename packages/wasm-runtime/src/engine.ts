import type { WitFunction, WitInterface } from '@wasmlattice/rpc';

/** The types of a component, decoded from its own binary. */
export interface ComponentTypes {
  /** Interface instances the component imports, in the binary's order. */
  readonly imports: readonly WitInterface[];
  /** Interface instances the component exports. */
  readonly exports: readonly WitInterface[];
  /** World-level functions. */
  readonly importedFunctions: readonly WitFunction[];
  readonly exportedFunctions: readonly WitFunction[];
}

/** What the host gives a guest for one import: functions and resource classes in jco's conventions. */
export type HostImport = Readonly<Record<string, unknown>>;

/** Host imports by the import's verbatim id (`wasi:io/streams@0.2.3`). */
export type HostImports = ReadonlyMap<string, HostImport>;

/** A component ready to be instantiated many times. */
export interface CompiledComponent {
  readonly types: ComponentTypes;
  /** A fresh instance: no byte of another instance's state is visible to it. */
  instantiate(imports: HostImports): Promise<ComponentInstance>;
}

/** One instance of a component. It serves one invocation and is dropped. */
export interface ComponentInstance {
  /**
   * Calls an exported function. `instance` is the verbatim export id, `''` for a world-level function; `func` the
   * WIT name. Parameters and result follow jco's conventions, except that a WIT `result` is returned as data
   * (`{ tag, val }`) instead of thrown. Rejects with `TrapError` when the guest traps or exits.
   */
  call(instance: string, func: string, params: readonly unknown[]): Promise<unknown>;
}

export interface CompileOptions {
  /** Names the component in errors. */
  readonly component: string;
  /**
   * Which imports may wait: they become suspending imports (JSPI). Functions are named as in the binary,
   * `[method]pollable.block`.
   */
  suspends(instance: string, func: string): boolean;
}

/** The seam between the runtime and what executes components. Implementations: `jco/`; later `direct/`. */
export interface Engine {
  readonly name: string;
  /** Errors: `InvalidComponentError` for bytes that are no component. */
  compile(bytes: Uint8Array, options: CompileOptions): Promise<CompiledComponent>;
}
