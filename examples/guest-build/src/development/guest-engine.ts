import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuestBuildError } from '../errors.js';
import {
  compileEngine,
  type EngineExports,
  evaluate,
  type Snapshot,
  takeSnapshot,
} from '../evaluation/evaluate.js';
import type { CoreInstance, CoreModule } from '../evaluation/web-assembly.js';
import type { GuestBase } from './guest-base.js';

/** The engine of a {@link GuestBase}, compiled once, that evaluates scripts: each in an instance of its own. */
export interface GuestEngine {
  /**
   * @param name of the script in stack traces, without `.js`
   * @throws GuestBuildError with what the engine says when the script fails
   */
  evaluate(name: string, code: string): Promise<Snapshot>;
}

export async function openGuestEngine({ engine, environment, initializer }: GuestBase): Promise<GuestEngine> {
  const module = await compileEngine(engine);
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
  const stdin = openSync(join(folder, 'engine', 'input'), 'r');
  const stderr = openSync(join(folder, 'engine', 'errors'), 'w');
  try {
    let instance: CoreInstance | undefined;
    let failure: unknown;
    let status = 0;
    try {
      // What a script prints while it is evaluated is for people, as are its errors.
      const system = { env, stdin, stdout: process.stderr.fd, stderr, preopens: { '/': folder } };
      instance = await evaluate(module, system);
      status = (instance.exports as unknown as EngineExports).check_init();
    } catch (error) {
      failure = error;
    }
    if (failure === undefined && instance !== undefined && status === 0) return takeSnapshot(instance);
    const said = (await readFile(join(folder, 'engine', 'errors'), 'utf8')).trim();
    throw new GuestBuildError(said === '' ? describe(failure, status) : said, { cause: failure });
  } finally {
    closeSync(stdin);
    closeSync(stderr);
  }
}

function describe(failure: unknown, status: number): string {
  if (failure instanceof Error) return failure.message;
  return status === 1
    ? 'the script does not export what its world does'
    : `the script does not fit its world (${status})`;
}
