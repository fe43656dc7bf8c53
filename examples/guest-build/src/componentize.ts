import { readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentize } from '@bytecodealliance/componentize-js';
import { GuestBuildError } from './errors.js';

/** Parts of the JavaScript engine a guest may leave out; each takes its WASI imports with it. */
export const engineFeatures = ['stdio', 'random', 'clocks', 'http', 'fetch-event'] as const;
export type EngineFeature = (typeof engineFeatures)[number];

export interface ComponentSource {
  /** The guest's name, used in its stack traces. */
  readonly name: string;
  /** One ES module. */
  readonly code: string;
  /** One WIT document. */
  readonly wit: string;
  /** A world of its first package; may be left out where there is just one. */
  readonly world?: string;
  readonly without: readonly EngineFeature[];
}

/** Turns a module and its WIT into a component, in a few seconds. */
export type Componentizer = (source: ComponentSource) => Promise<Uint8Array>;

/** componentize-js: StarlingMonkey with the guest's code already evaluated in its memory. */
export const componentizeWithStarlingMonkey: Componentizer = (source) =>
  componentizeWith(source, evaluationProgram());

/**
 * The same with any program that evaluates scripts.
 *
 * @param evaluation is called like Wizer: its last argument is the engine, standard input the engine's own arguments. Without one it is Wizer,
 * which takes some ten seconds for each world that it has not met.
 */
export async function componentizeWith(
  source: ComponentSource,
  evaluation: readonly string[] | undefined,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-guest-'));
  try {
    const sourcePath = join(folder, `${source.name}.js`);
    await writeFile(sourcePath, source.code);
    const wizerBin = join(folder, 'evaluate');
    if (evaluation !== undefined) {
      const script = `#!/bin/sh\nexec ${evaluation.map(shellWord).join(' ')} "$@"\n`;
      await writeFile(wizerBin, script, { mode: 0o700 });
    }
    const options = {
      sourcePath,
      witWorld: source.wit,
      ...(source.world !== undefined && { worldName: source.world }),
      disableFeatures: [...source.without],
      // It ends up in the component.
      env: {},
      ...(evaluation !== undefined && { wizerBin }),
    };
    return (await componentize(options)).component;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GuestBuildError(`cannot make a component of ${source.name}: ${reason}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The command of the program that evaluates scripts, see `evaluation/main.ts`. */
export function evaluationProgram(...args: readonly string[]): readonly string[] {
  const program = fileURLToPath(new URL('./evaluation/main.js', import.meta.url));
  // How the sources find each other is among the flags of a process that runs them.
  const flags = import.meta.filename.endsWith('.ts') ? process.execArgv : [];
  // That the WASI of Node.js is new would be told beside what the script says.
  return [process.execPath, ...flags, '--disable-warning=ExperimentalWarning', program, ...args];
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** To be counted up when they leave other bytes: `evaluation/`, `bare-resources.ts`. */
const ownVersions = ['evaluation@1', 'bare-resources@1'];

/** Versions of what decides the bytes of a component, for the cache key. */
export function toolVersions(): string {
  const componentizeJs = manifestOf('@bytecodealliance/componentize-js', import.meta.url);
  const parts = [componentizeJs, manifestOf('@bytecodealliance/jco', componentizeJs)];
  return [...parts.map(nameAndVersion), ...ownVersions].join(' ');
}

function manifestOf(name: string, from: string): string {
  const path = findInstalled(name, from);
  if (path === undefined) throw new GuestBuildError(`${name} is not installed; run \`npm install\``);
  // Behind pnpm's link, where the package's own dependencies are found.
  return realpathSync(path);
}

/** Node.js throws for a package that can't be found, and gives `undefined` for one without the file. */
function findInstalled(name: string, from: string): string | undefined {
  try {
    return findPackageJSON(name, from);
  } catch {
    return undefined;
  }
}

function nameAndVersion(path: string): string {
  const manifest: { name: string; version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return `${manifest.name}@${manifest.version}`;
}
