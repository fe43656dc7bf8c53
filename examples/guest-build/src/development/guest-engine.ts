import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { GuestBuildError } from '../errors.js';
import { Reader, readSections, sectionIds, unsigned, writeSections } from './core-sections.js';
import type { GuestBase } from './guest-base.js';
import { type CoreImports, type CoreInstance, type CoreModule, webAssembly } from './web-assembly.js';

/** What a script has left in a memory. */
export interface Snapshot {
  readonly memory: Uint8Array;
  /** Values of the globals that the engine defines, in their order. */
  readonly globals: readonly number[];
}

/** The engine of a {@link GuestBase}, compiled once, that evaluates scripts as Wizer does: each in an instance of its own. */
export interface GuestEngine {
  /**
   * @param name of the script in stack traces, without `.js`
   * @throws GuestBuildError with what the engine says when the script fails
   */
  evaluate(name: string, code: string): Promise<Snapshot>;
}

/** What the engine calls to evaluate scripts; zero of the second one says that they fit the world. */
interface EngineExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize?: () => void;
  readonly 'componentize.wizer': () => void;
  readonly check_init: () => number;
}

const globalPrefix = 'wasmlattice:global:';

export async function openGuestEngine({ engine, environment, initializer }: GuestBase): Promise<GuestEngine> {
  const module = await webAssembly.compile(withGlobals(engine));
  return {
    async evaluate(name, code) {
      const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-evaluate-'));
      try {
        await mkdir(join(folder, 'engine'));
        await Promise.all([
          writeFile(join(folder, 'engine', 'initializer.js'), initializer),
          writeFile(join(folder, `${name}.js`), code),
          writeFile(
            join(folder, 'engine', 'input'),
            `--initializer-script-path /engine/initializer.js --strip-path-prefix / /${name}.js`,
          ),
        ]);
        return await evaluateIn(folder, module, environment);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function evaluateIn(
  folder: string,
  module: CoreModule,
  env: Readonly<Record<string, string>>,
): Promise<Snapshot> {
  const input = openSync(join(folder, 'engine', 'input'), 'r');
  const errors = openSync(join(folder, 'engine', 'errors'), 'w');
  try {
    const wasi = new WASI({
      version: 'preview1',
      env: { ...env },
      // What a script prints while it is evaluated is for people, as are its errors.
      stdin: input,
      stdout: process.stderr.fd,
      stderr: errors,
      preopens: { '/': folder },
    });
    const instance = await webAssembly.instantiate(module, importsOf(module, wasi));
    const exports = instance.exports as unknown as EngineExports;
    wasi.finalizeBindings(instance);
    let failure: unknown;
    let status = 0;
    try {
      exports._initialize?.();
      exports['componentize.wizer']();
      status = exports.check_init();
    } catch (error) {
      failure = error;
    }
    if (failure === undefined && status === 0) return takeSnapshot(instance);
    const said = (await readFile(join(folder, 'engine', 'errors'), 'utf8')).trim();
    throw new GuestBuildError(said === '' ? describe(failure, status) : said, { cause: failure });
  } finally {
    closeSync(input);
    closeSync(errors);
  }
}

/** An exit of the guest while it is evaluated. */
class GuestExit extends Error {}

/** Functions of the world can't be called before there is a host: componentize-js has them trap under Wizer, too. */
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

function describe(failure: unknown, status: number): string {
  if (failure instanceof Error) return failure.message;
  return status === 1
    ? 'the script does not export what its world does'
    : `the script does not fit its world (${status})`;
}

function takeSnapshot({ exports }: CoreInstance): Snapshot {
  const globals = Object.entries(exports).flatMap(([name, value]) =>
    name.startsWith(globalPrefix) ? [(value as { readonly value: number }).value] : [],
  );
  return { memory: new Uint8Array((exports as unknown as EngineExports).memory.buffer), globals };
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
