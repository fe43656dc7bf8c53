import { type RewrittenModule, rewriteModule, splitData } from '../../formats/core-module/index.js';
import { type CoreModule, webAssembly } from '../web-assembly.js';

/** A module that was rewritten and compiled. */
export interface CompiledModule {
  readonly module: CoreModule;
  readonly rewritten: Omit<RewrittenModule, 'bytes'>;
  /** How long the rewritten module is. */
  readonly codeBytes: number;
}

/**
 * Rewrites and compiles core modules. Of the last large one the code is kept, for modules that differ from it in data alone: guests of
 * one JavaScript engine and world, such as a guest before and after a change of its script. Modules of less than `leastCompared` bytes are as soon
 * compiled as compared.
 */
export class ModuleCompiler {
  readonly #leastCompared: number;
  #last: { readonly key: string; readonly compiled: CompiledModule } | undefined;

  constructor({ leastCompared = 1024 * 1024 }: { readonly leastCompared?: number } = {}) {
    this.#leastCompared = leastCompared;
  }

  /**
   * @param bytes valid, and within the limits of the component
   * @throws MalformedModuleError, UnsupportedModuleError, and what V8 throws
   */
  async compile(bytes: Uint8Array, checks: boolean): Promise<CompiledModule> {
    const split = bytes.length < this.#leastCompared ? undefined : splitData(bytes);
    if (split === undefined) return compileAlone(bytes, checks);
    const key = `${split.codeHash} ${checks}`;
    const last = this.#last;
    if (last?.key === key) {
      return { ...last.compiled, rewritten: { ...last.compiled.rewritten, data: split.data } };
    }
    const compiled = await compileAlone(bytes, checks);
    // Its data is that of the component, which need not be kept.
    const rewritten = { ...compiled.rewritten, data: [] };
    if (compiled.rewritten.isDataApart) this.#last = { key, compiled: { ...compiled, rewritten } };
    return compiled;
  }
}

async function compileAlone(bytes: Uint8Array, checks: boolean): Promise<CompiledModule> {
  const { bytes: code, ...rewritten } = rewriteModule(bytes, { checks });
  return { module: await webAssembly.compile(code), rewritten, codeBytes: code.length };
}
