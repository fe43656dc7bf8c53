/** The parts of the `WebAssembly` of Node.js that evaluation uses: TypeScript declares it in its DOM library only. */
interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<CoreModule>;
  instantiate(module: CoreModule, imports: CoreImports): Promise<CoreInstance>;
  readonly Module: {
    imports(module: CoreModule): readonly { readonly module: string; readonly name: string }[];
  };
}

export interface CoreModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module';
}

export type CoreImports = Record<string, Record<string, (...args: never[]) => unknown>>;

export interface CoreInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export const webAssembly: WebAssemblyApi = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi })
  .WebAssembly;
