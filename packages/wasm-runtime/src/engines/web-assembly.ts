/**
 * The parts of V8's `WebAssembly` that the engines use. TypeScript declares it in its DOM library only, and JSPI
 * not at all.
 */
export interface WebAssemblyApi {
  readonly RuntimeError: ErrorConstructor;
  compile(bytes: Uint8Array): Promise<CoreModule>;
  /** Compiles at once, in the thread that asks: for modules of a few hundred bytes. */
  readonly Module: new (
    bytes: Uint8Array,
  ) => CoreModule;
  readonly Global: new (
    type: { readonly value: 'i32'; readonly mutable: boolean },
    value: number,
  ) => CoreGlobal;
  readonly Instance: new (module: CoreModule, imports?: object) => CoreInstance;
  readonly Memory: {
    new (descriptor: MemoryDescriptor<number> & { readonly shared: true }): SharedMemory;
    new (descriptor: MemoryDescriptor<number> | MemoryDescriptor<bigint>): GrowableMemory;
  };
  /** Of the exceptions that JavaScript throws. */
  readonly JSTag: object;
  /** An import that may return a promise: the guest is suspended until it settles. */
  readonly Suspending: new (
    func: AnyFunction,
  ) => object;
  /** An export as a function that returns a promise, so that the guest behind it may be suspended. */
  promising(func: AnyFunction): (...args: readonly unknown[]) => Promise<unknown>;
}

/** Sizes are in pages of 64 KiB, and are of the type that addresses have. */
export interface MemoryDescriptor<Size extends number | bigint> {
  readonly initial: Size;
  readonly maximum?: Size;
  readonly address?: Size extends bigint ? 'i64' : 'i32';
  readonly shared?: boolean;
}

export type AnyFunction = (...args: never[]) => unknown;

export interface CoreMemory {
  readonly buffer: ArrayBuffer;
}

export interface GrowableMemory extends CoreMemory {
  /**
   * @param pages of 64 KiB
   * @returns how many there were
   */
  grow(pages: number): number;
}

/** Can be posted to other threads, which share what is in it. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

export interface CoreGlobal {
  value: unknown;
}

export interface CoreTable {
  readonly length: number;
  get(index: number): unknown;
  set(index: number, value: unknown): void;
}

/** A compiled core module; shared by all its instances. */
export type CoreModule = object & { readonly __coreModule?: never };

export interface CoreInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

const api: Partial<WebAssemblyApi> = (globalThis as unknown as { WebAssembly: Partial<WebAssemblyApi> })
  .WebAssembly;

/** Whether this JavaScript engine can suspend guests. */
export const hasJspi: boolean = typeof api.Suspending === 'function' && typeof api.promising === 'function';

export const webAssembly: WebAssemblyApi = api as WebAssemblyApi;

/** Of an i32 or i64 that is unsigned: JavaScript gets them signed. */
export function unsignedValue({ value }: CoreGlobal): number {
  return typeof value === 'bigint' ? Number(BigInt.asUintN(64, value)) : Number(value) >>> 0;
}
