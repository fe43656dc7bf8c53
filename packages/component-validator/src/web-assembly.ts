/** What this package uses of JavaScript's `WebAssembly`, which TypeScript has types for only beside those of browsers. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<CoreModule>;
  readonly Instance: new (module: CoreModule, imports: object) => { readonly exports: unknown };
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => CoreMemory;
}

declare const compiled: unique symbol;

/** A compiled core module. */
export interface CoreModule {
  readonly [compiled]: true;
}

export interface CoreMemory {
  readonly buffer: ArrayBuffer;
}

export const webAssembly: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;
