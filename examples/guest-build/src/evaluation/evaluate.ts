import { WASI } from 'node:wasi';
import { Reader, readSections, sectionIds, unsigned, writeSections } from './core-sections.js';
import { type CoreImports, type CoreInstance, type CoreModule, webAssembly } from './web-assembly.js';

/** What a script has left in a memory. */
export interface Snapshot {
  readonly memory: Uint8Array;
  /** Values of the globals that the engine defines, in their order. */
  readonly globals: readonly number[];
}

/** What the engine sees while it evaluates a script. */
export interface EvaluationSystem {
  /** What the engine is told of the world. */
  readonly env: Readonly<Record<string, string>>;
  /** Open file descriptors; standard input has the engine's arguments. */
  readonly stdin: number;
  readonly stdout: number;
  readonly stderr: number;
  /** Folders by the names that the engine has for them. */
  readonly preopens: Readonly<Record<string, string>>;
}

/** What the engine calls to evaluate scripts. */
export interface EngineExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize?: () => void;
  readonly 'componentize.wizer': () => void;
  /** Zero says that the script fits the world. */
  readonly check_init: () => number;
}

/** The functions that are done with once a script is evaluated. */
export const evaluationExports: readonly string[] = ['_initialize', 'componentize.wizer'];

const globalPrefix = 'wasmlattice:global:';

/** @param engine StarlingMonkey with the functions of a world, a core module, before any script was evaluated */
export function compileEngine(engine: Uint8Array): Promise<CoreModule> {
  return webAssembly.compile(withGlobals(engine));
}

/**
 * Evaluates the script that the engine's arguments name, in an instance of its own.
 *
 * @throws what ended the evaluation; what the engine says of it is in its standard error
 */
export async function evaluate(
  module: CoreModule,
  { env, stdin, stdout, stderr, preopens }: EvaluationSystem,
): Promise<CoreInstance> {
  const wasi = new WASI({
    version: 'preview1',
    env: { ...env },
    stdin,
    stdout,
    stderr,
    preopens: { ...preopens },
  });
  const instance = await webAssembly.instantiate(module, importsOf(module, wasi));
  const exports = instance.exports as unknown as EngineExports;
  wasi.finalizeBindings(instance);
  exports._initialize?.();
  exports['componentize.wizer']();
  return instance;
}

export function takeSnapshot({ exports }: CoreInstance): Snapshot {
  const globals = Object.entries(exports).flatMap(([name, value]) =>
    name.startsWith(globalPrefix) ? [(value as { readonly value: number }).value] : [],
  );
  return { memory: new Uint8Array((exports as unknown as EngineExports).memory.buffer), globals };
}

/** An exit of the guest while it is evaluated. */
export class GuestExit extends Error {}

/** Functions of the world can't be called before there is a host. */
function importsOf(module: CoreModule, wasi: WASI): CoreImports {
  const imports: CoreImports = {
    wasi_snapshot_preview1: {
      ...wasi.wasiImport,
      proc_exit: (code: number) => {
        throw new GuestExit(`the script ended its evaluation with exit code ${code}`);
      },
    },
  };
  for (const { module: from, name } of webAssembly.Module.imports(module)) {
    const members = imports[from] ?? {};
    imports[from] = members;
    members[name] ??= () => {
      throw new Error(
        `${from} ${name} was called while the script was evaluated, where there is no host yet`,
      );
    };
  }
  return imports;
}

/** The engine with its globals exported: all of them are part of what a script leaves. */
function withGlobals(engine: Uint8Array): Uint8Array {
  const sections = readSections(engine);
  const count = sections
    .filter(({ id }) => id === sectionIds.global)
    .reduce((sum, { content }) => sum + new Reader(content).unsigned(), 0);
  const added = Array.from({ length: count }, (_, index) => {
    const name = new TextEncoder().encode(`${globalPrefix}${index}`);
    return [...unsigned(name.length), ...name, 0x03, ...unsigned(index)];
  });
  return Buffer.concat(
    writeSections(
      engine,
      sections.map(({ content, id }) => {
        if (id !== sectionIds.export) return { id, pieces: [content] };
        const reader = new Reader(content);
        const total = reader.unsigned() + added.length;
        return {
          id,
          pieces: [
            Uint8Array.from(unsigned(total)),
            content.subarray(reader.position),
            Uint8Array.from(added.flat()),
          ],
        };
      }),
    ),
  );
}
