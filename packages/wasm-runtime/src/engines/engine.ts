import type { WitFunction, WitInterface } from '@wasmlattice/rpc';
import type { EndSignal } from '../ending.js';
import type { GuestLimits } from '../limits/guest-limits.js';
import type { SharedMappedImage } from './direct/memory/index.js';

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

/**
 * A function of the host, in jco's conventions. One of a resource is called as JavaScript calls what it is: a method with its object
 * as `this`, a constructor with `new`; a static function has no `this`.
 *
 * * A function of WIT type `result<T, E>` returns T, or throws: anything with an own property `payload` gives that
 *   as E, a value that is no `Error` is E itself, any other `Error` traps the guest. It may also return the result
 *   as data, `{ tag: 'ok' | 'err', val }`; it has to when T itself has a `tag` of `ok` or `err`.
 * * A function of asynchronous type (`async func` in WIT) returns a value or a promise of one. The guest goes on meanwhile; if it cancels the call, a
 *   function `cancel` of the promise is called, if it has one, and what comes of it is disposed.
 * * A `stream<T>` is an AsyncIterable of chunks, `Uint8Array` for u8, other typed arrays for other numbers, and arrays for the rest; of a `stream` without
 *   type, arrays of `undefined`. The host's is asked for the next chunk when the guest has taken the one before; its `return` is
 *   called when the guest reads no more. The guest's writes when a chunk is asked for; whoever stops before its end calls `return`, as a
 *   `for await` loop does. A stream of the host that throws ends the guest: to tell it of a failure is what a future beside the stream is for.
 * * A `future<T>` is a promise. One of the host that rejects ends the guest, unless it has dropped it. A function that has nothing but a future as
 *   its result returns that promise, and it is not waited for, whatever the type of the function.
 * * A function that suspends returns a value or a promise of one; or an `OptionalWait`, where it has the value and would have others get
 *   their turn first. `new` of a constructor that suspends returns a promise of the object.
 * * What a function hands out as a resource is an instance of the {@link HostImport.resource | class} the guest imports under that name.
 */
export type HostFunction = (...params: readonly unknown[]) => unknown;

/** A class of the host; its instances are what guests know as resources. `[Symbol.dispose]` is called when the guest drops an owned handle. */
export type HostClass = abstract new (...params: never[]) => object;

/**
 * What the host gives a guest for one import: a table by names of WIT, which come from the guest and may be any. It has what the host
 * declares and nothing else.
 */
export interface HostImport {
  /** The function of that name in the binary: `poll`, `[method]pollable.block`, `[constructor]fields`. */
  func(name: string): HostFunction | undefined;
  /** The class behind the resource of that name: `pollable`. */
  resource(name: string): HostClass | undefined;
}

/**
 * Host imports by the import's verbatim id (`wasi:io/streams@0.2.3`); world-level functions under `''`. A `Map` is one; others
 * may make what they give out when it is first asked for, since an invocation calls few of the interfaces it has.
 */
export interface HostImports {
  get(id: string): HostImport | undefined;
}

/** A component ready to be instantiated many times, in the thread it was loaded in. */
export interface CompiledComponent {
  readonly types: ComponentTypes;
  /**
   * A fresh instance: no byte of another instance's state is visible to it.
   *
   * @throws InstantiationError when the component's start code fails
   * @throws OverloadedError when the process has no room for its memories
   */
  instantiate(imports: HostImports, options?: InstantiateOptions): Promise<ComponentInstance>;
  /**
   * As {@link CompiledComponent.instantiate} where an instance is there already, which is no reason to wait for a turn of its own;
   * `undefined` where none is.
   */
  takeIdle?(imports: HostImports, options?: InstantiateOptions): ComponentInstance | undefined;
  /**
   * Drops the instances that are kept for later calls of {@link CompiledComponent.instantiate}, for when no more are expected.
   * Those in use, and later ones, are not affected.
   */
  dispose?(): void;
}

export interface InstantiateOptions {
  /**
   * Ends the guest: what it waits for at that moment and every later wait fails, and the guest traps.
   * A guest that computes without ever calling the host is not reached.
   */
  readonly signal?: EndSignal;
  /** Told when the guest computes. */
  readonly clock?: GuestClock | undefined;
  /** What the guest may take while it runs; by default what every guest may. */
  readonly limits?: GuestLimits | undefined;
}

/** Told when guest code begins to run and when it stops: for a call, and for each wait in it. */
export interface GuestClock {
  enter(): void;
  leave(): void;
}

/** One instance of a component. It serves one invocation and is dropped or released. */
export interface ComponentInstance {
  /**
   * Calls an exported function. `instance` is the verbatim export id, `''` for a world-level function; `func` the
   * name in the binary: `add`, `[constructor]counter`, `[method]counter.add` (its object first), `[static]counter.make`.
   * A resource that the component defines is an opaque object, which `[Symbol.dispose]()` drops. Parameters and result follow jco's conventions, except that a WIT `result` is returned as data
   * (`{ tag, val }`) instead of thrown. The call of an asynchronous function ends when the guest has returned its result, after which it may go
   * on: see {@link ComponentInstance.settled}. Of a result that is nothing but a future, the value is returned.
   *
   * @throws TrapError when the guest traps, exits or is ended by the signal: the guest is gone by then
   * @throws UnknownExportError when the component has no such function
   */
  call(instance: string, func: string, params: readonly unknown[]): Promise<unknown>;
  /**
   * Gives the instance back after a clean invocation: every call has settled and none was ended. The engine may bring it back to
   * its first state and hand it out again, as a new object; this one must not be used any more. An instance that is
   * never released is merely not used again.
   */
  release?(): void;
  /**
   * A guest may go on after its asynchronous functions have returned. Resolves when nothing goes on any more, or never could again, and nothing that it
   * offers in streams waits for the host; `undefined` when that is so already.
   *
   * @throws TrapError when the guest ended otherwise, unless a call was told
   */
  settled?(): Promise<void> | undefined;
  /**
   * No further call comes: what the host still reads of the guest, and whose writing end the guest has left open, fails once all is taken that was
   * written. For a guest that has settled.
   */
  endOpen?(): void;
  /** The end of what it wrote to `wasi:cli/stderr`, where whoever made it has its host functions, as the instance pool has. */
  guestStderr?(): string | undefined;
}

/**
 * Imports that may wait, as data: names of functions by the import's verbatim id, `''` for those of the world itself. Functions are
 * named as in the binary, `[method]pollable.block`.
 */
export type SuspendingImports = ReadonlyMap<string, ReadonlySet<string>>;

/** Plain data, as all that has to be known when code is generated. */
export interface PrepareOptions {
  /** Names the component in errors. */
  readonly component: string;
  /**
   * Most bytes that each linear memory of an instance may have, rounded down to pages of 64 KiB: `memory.grow` beyond that gives the
   * guest -1. Without it a memory has what the guest declares, at most 4 GiB.
   */
  readonly maxMemoryBytes?: number;
  /** Most core instances in an instance of the component, most linear memories, and most components that it consists of; by default 30. */
  readonly maxCoreInstances?: number;
  /** Most tables in an instance of the component; by default 20. */
  readonly maxTables?: number;
  /** Most elements of each table: `table.grow` beyond that gives the guest -1; by default 15,000. */
  readonly maxTableElements?: number;
  /**
   * Whether guests can be interrupted while they compute; by default they can, where the engine has a say in that. With false they
   * compute as long as they like, a little faster: for components that are trusted not to hold their thread. Engine `direct` goes by it.
   */
  readonly preemptible?: boolean;
  /**
   * What {@link LoadOptions.suspends} is going to say, for engines whose generated code depends on it; by default no import waits. An
   * engine that needs it refuses to load with another answer.
   */
  readonly suspending?: SuspendingImports;
  /** SHA-256 of the bytes, hexadecimal, where it is known: nobody computes it once more. */
  readonly contentHash?: string;
}

/**
 * What is the same wherever a component runs: plain data that can be posted to another thread and loaded there. Compiled core modules
 * share their machine code with all copies. It holds nothing of the bytes it was made of, and not the component's name, so that it
 * serves all components with the same bytes and limits.
 */
export interface PreparedComponent {
  /** The engine that made it, and the only one that loads it. */
  readonly engine: string;
  /** Version of the form that this engine gives it. */
  readonly format: number;
  /** The component without its code: see `skeletonOf`. {@link preparedTypes} reads the types. */
  readonly skeleton: Uint8Array;
  /**
   * Bytes of compiled and generated code that all copies hold together: the binaries that V8 keeps, and JavaScript. It is a lower
   * bound for budgets; machine code is made when functions are first called.
   */
  readonly codeBytes: number;
  /** What the memories of its instances hold at first, in files that are open in this process. */
  readonly images?: readonly SharedMappedImage[] | undefined;
}

export interface LoadOptions {
  /** Names the component in errors. */
  readonly component: string;
  /**
   * Which imports may wait: they become suspending imports (JSPI). Functions are named as in the binary,
   * `[method]pollable.block`.
   */
  suspends(instance: string, func: string): boolean;
}

export interface CompileOptions extends Omit<PrepareOptions, 'suspending'>, LoadOptions {}

/**
 * The seam between the runtime and what executes components. Implementations: `direct/` and `jco/`.
 *
 * Code is made once a process and loaded in each thread that runs it.
 */
export interface Engine {
  readonly name: string;
  /**
   * Checks that the bytes are a valid component that uses nothing that is off, in a thread of its own. To be done before anything else
   * reads them; `prepare` and `compile` do it by themselves, and a verdict is kept.
   *
   * @throws InvalidComponentError for bytes that are no component
   * @throws UnsupportedComponentError for a component that uses a feature that is off
   * @throws ComponentLimitError for a component made of more than it may be, or too costly to validate
   */
  validate(bytes: Uint8Array, options: Pick<PrepareOptions, 'component' | 'contentHash'>): Promise<void>;
  /**
   * Does what takes long: validates the component, checks it against its limits and compiles it. Blocks the thread for a part of it.
   *
   * @param bytes copied where they are in shared memory, which WebAssembly does not take
   * @param link finds out {@link PrepareOptions.suspending} from the component, as soon as its bytes may be read
   * @throws what {@link Engine.validate} throws
   * @throws CompileError for a component this engine can't run
   * @throws ComponentLimitError for a component made of more than it may be, or that begins with more than it may have
   */
  prepare(
    bytes: Uint8Array,
    options: PrepareOptions,
    link?: (bytes: Uint8Array) => SuspendingImports,
  ): Promise<PreparedComponent>;
  /**
   * Does the rest, some milliseconds of work, in the thread that is going to run the component. Each call gives a component of its
   * own: two loaded from the same have no instance in common.
   *
   * @throws UnfitPreparedComponentError for what this engine, or another version of it, can't load; preparing it again helps
   */
  load(prepared: PreparedComponent, options: LoadOptions): CompiledComponent;
  /**
   * Prepares and loads in one thread.
   *
   * @throws what {@link Engine.prepare} throws
   */
  compile(bytes: Uint8Array, options: CompileOptions): Promise<CompiledComponent>;
}
