import { basename, dirname, relative, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { rolldown, type SourceMap } from 'rolldown';
import { GuestBuildError } from './errors.js';
import { guestName } from './guest-name.js';

/** `wasi:http/types@0.2.10`, `acme:shop/cart`: an import that the host provides. */
const witImport = /^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\//;

/** One ES module, and what tells where its lines come from. */
export interface GuestBundle {
  readonly code: string;
  /** A source map in JSON, of a script with the name of the guest; it names sources by their paths from the folder this runs in. */
  readonly map: string;
  /** Names that the module exports. */
  readonly exports: readonly string[];
}

/** The module alone, see {@link bundleGuestWithMap}. */
export async function bundleGuest(entry: string): Promise<string> {
  return (await bundleGuestWithMap(entry)).code;
}

/**
 * One ES module from a TypeScript entry and what it imports. Types are erased; imports of WIT interfaces stay for
 * componentize-js to bind. A bundler rather than type stripping alone: a guest may have several files and use packages
 * from npm, and componentize-js wants a single path to evaluate.
 */
export async function bundleGuestWithMap(entry: string): Promise<GuestBundle> {
  const unresolved: string[] = [];
  const build = await rolldown({
    input: entry,
    cwd: dirname(entry),
    external: witImport,
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'] },
    onLog(_level, log) {
      if (log.code === 'UNRESOLVED_IMPORT') unresolved.push(log.message);
    },
  }).catch((cause: unknown) => {
    throw new GuestBuildError(`cannot bundle ${basename(entry)}: ${messageOf(cause)}`, { cause });
  });
  try {
    const { output } = await build.generate({
      format: 'esm',
      codeSplitting: false,
      sourcemap: 'hidden',
      // Nothing is written there; sources of the map are relative to it.
      dir: dirname(entry),
    });
    if (unresolved.length > 0) {
      throw new GuestBuildError(
        `${basename(entry)} imports what a guest cannot have: ${unresolved.join('; ')}`,
      );
    }
    const [{ code, exports, map }] = output;
    return { code, exports, map: map === null ? '{}' : mapFromHere(map, entry) };
  } catch (cause) {
    if (cause instanceof GuestBuildError) throw cause;
    throw new GuestBuildError(`cannot bundle ${basename(entry)}: ${messageOf(cause)}`, { cause });
  } finally {
    await build.close();
  }
}

/** The map with what stack traces call the script, and what those who develop it call its sources. */
function mapFromHere(map: SourceMap, entry: string): string {
  const { mappings, names, sources, sourcesContent, version } = map;
  return JSON.stringify({
    version,
    file: `${guestName(entry)}.js`,
    names,
    sources: sources.map((source) => relative(process.cwd(), resolve(dirname(entry), source))),
    sourcesContent,
    mappings,
  });
}

/** A mistake as rolldown tells it; its column counts from 0. */
interface BundleMistake {
  readonly message: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
}

/** Every mistake with its place as far as there is one, `src/guest.ts:1:7: Unexpected token`, from the folder this runs in. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { errors } = error as Error & { readonly errors?: readonly BundleMistake[] };
  if (errors === undefined || errors.length === 0) return stripVTControlCharacters(error.message);
  return errors.map(describeMistake).join('\n');
}

/** The message has a code before it, and the line in a frame below. */
function describeMistake({ loc, message }: BundleMistake): string {
  const [text = ''] = stripVTControlCharacters(message).split('\n');
  const what = text.replace(/^\[\w+\] /, '');
  if (loc?.file === undefined) return what;
  return `${relative(process.cwd(), loc.file)}:${loc.line}:${loc.column + 1}: ${what}`;
}
