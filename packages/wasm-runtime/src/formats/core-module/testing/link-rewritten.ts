import { writeData } from '../../../engines/direct/write-data.js';
import {
  type AnyFunction,
  type CoreMemory,
  type CoreTable,
  type SharedMemory,
  webAssembly,
} from '../../../engines/web-assembly.js';
import type { RewrittenModule } from '../rewrite-module.js';

export type Exports = Readonly<Record<string, unknown>>;

/** A rewritten module with what a host gives it, and nothing of what it does with that. */
export interface LinkedModule {
  readonly exports: Exports;
  readonly memories: readonly CoreMemory[];
  /** Has guests ask at every check from now on, or no more. */
  ask(isAsking: boolean): void;
  /** How often they did. */
  readonly checks: number;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Functions that say the size of a memory and grow it. */
export interface MemoryOwner {
  readonly size: unknown;
  readonly grow: unknown;
}

export interface LinkOptions {
  /** Called at checks, instead of what counts them. */
  readonly check?: unknown;
  /** Whether guests ask from their start on. */
  readonly isAsking?: boolean;
}

/** @param owners by memory that is imported */
export async function linkRewritten(
  module: RewrittenModule,
  imports: Imports = {},
  owners: readonly MemoryOwner[] = [],
  { check, isAsking = false }: LinkOptions = {},
): Promise<LinkedModule> {
  let checks = 0;
  const word: SharedMemory = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const own = module.memories.map(({ minimum, maximum, address }) =>
    address === 'i64'
      ? new webAssembly.Memory({
          initial: BigInt(minimum),
          ...(maximum !== undefined && { maximum: BigInt(maximum) }),
          address,
        })
      : new webAssembly.Memory({ initial: minimum, ...(maximum !== undefined && { maximum }) }),
  );
  const view = new Int32Array(word.buffer);
  view[0] = isAsking ? 1 : 0;
  const compiled = await webAssembly.compile(module.bytes);
  const { exports } = new webAssembly.Instance(compiled, {
    ...imports,
    [module.word.module]: {
      [module.word.name]: word,
      ...Object.fromEntries(module.memories.map((memory, index) => [memory.import.name, own[index]])),
    },
  });
  const hooks = exports[module.hooks] as CoreTable;
  hooks.set(0, check ?? countingFunction(() => checks++));
  for (const [index, { size, grow }] of owners.entries()) {
    hooks.set(1 + 2 * index, size);
    hooks.set(2 + 2 * index, grow);
  }
  const imported = module.importedMemories.map(({ module: from, name }) => imports[from]?.[name]);
  const memories = [...imported, ...own] as CoreMemory[];
  writeData(module.data, memories, exports);
  if (module.start !== undefined) await webAssembly.promising(exports[module.start] as AnyFunction)();
  return {
    exports,
    memories,
    ask(isAsking) {
      view[0] = isAsking ? 1 : 0;
    },
    get checks() {
      return checks;
    },
  };
}

/** What another module needs of one that owns memories. */
export function ownersOf(module: RewrittenModule, { exports }: LinkedModule): MemoryOwner[] {
  return module.memories.map(({ size, grow }) => ({ size: exports[size], grow: exports[grow] }));
}

export function call(exports: Exports, name: string, ...args: readonly (number | bigint)[]): unknown {
  return (exports[name] as (...params: readonly (number | bigint)[]) => unknown)(...args);
}

/** A function of WebAssembly, since tables hold no others: `(import "" "f" (func $f)) (export "f" (func $f))`. */
function countingFunction(count: () => void): unknown {
  const bytes = [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0],
    ...[2, 6, 1, 0, 1, 0x66, 0, 0, 7, 5, 1, 1, 0x66, 0, 0],
  ];
  const module = new webAssembly.Module(Uint8Array.from(bytes));
  return new webAssembly.Instance(module, { '': { f: count } }).exports.f;
}
