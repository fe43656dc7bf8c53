import { accessSync, constants, readFileSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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

/** Turns a module and its WIT into a component; about ten seconds, most of them spent in Wizer. */
export type Componentizer = (source: ComponentSource) => Promise<Uint8Array>;

/** componentize-js: StarlingMonkey with the guest's code already evaluated in its memory. */
export const componentizeWithStarlingMonkey: Componentizer = (source) => componentizeWith(source, {});

/**
 * The same with another program in place of Wizer.
 *
 * @param wizerBin is called like Wizer: its last argument is the engine, standard input the engine's own arguments
 */
export async function componentizeWith(
  source: ComponentSource,
  { wizerBin }: { readonly wizerBin?: string },
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-guest-'));
  try {
    const sourcePath = join(folder, `${source.name}.js`);
    await writeFile(sourcePath, source.code);
    const options = {
      sourcePath,
      witWorld: source.wit,
      ...(source.world !== undefined && { worldName: source.world }),
      disableFeatures: [...source.without],
      env: homeFor(folder),
      ...(wizerBin !== undefined && { wizerBin }),
    };
    return (await componentize(options)).component;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GuestBuildError(`cannot make a component of ${source.name}: ${reason}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Wizer keeps the engine as machine code below the user's home directory, and fails without one. `folder` stands in for
 * a home that cannot be written; otherwise the environment stays empty, because it ends up in the component.
 */
function homeFor(folder: string): Record<string, string> {
  try {
    accessSync(userInfo().homedir, constants.W_OK);
    return {};
  } catch {
    return { HOME: folder, XDG_CACHE_HOME: folder };
  }
}

/** The path of the Wizer that componentize-js runs. */
export async function wizerProgram(): Promise<string> {
  const componentizeJs = createRequire(manifestOf('@bytecodealliance/componentize-js', import.meta.url));
  const wizer: { readonly default: string } = await import(
    pathToFileURL(componentizeJs.resolve('@bytecodealliance/wizer')).href
  );
  return wizer.default;
}

/** Versions of what decides the bytes of a component, for the cache key. */
export function toolVersions(): string {
  const componentizeJs = manifestOf('@bytecodealliance/componentize-js', import.meta.url);
  const parts = [
    componentizeJs,
    manifestOf('@bytecodealliance/wizer', componentizeJs),
    manifestOf('@bytecodealliance/jco', componentizeJs),
  ];
  return parts.map(nameAndVersion).join(' ');
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
