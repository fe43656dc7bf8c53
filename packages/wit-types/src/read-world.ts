import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { decodeNamedTypes, type NamedComponentTypes } from '@wasmlattice/wasm-runtime';
import { joinWit } from './document/join-wit.js';
import { locateError } from './document/locate-error.js';
import { listWitFiles, packageLine, readWitFolder, type WitFolder } from './document/wit-folder.js';
import { WitError } from './errors.js';

/** A world of a package, with everything that it imports and exports. */
export interface World {
  /** `bank` */
  readonly name: string;
  /** `acme:bank@1.2.0` */
  readonly package: string;
  readonly types: NamedComponentTypes;
}

/**
 * Reads a world from a folder of WIT with its dependencies in `deps`.
 *
 * @param world by default the only one of the folder's own package
 * @throws WitError for what is no WIT, or a world that is not there
 */
export async function readWorld(folder: string, world?: string): Promise<World> {
  return worldOf(await readWitFolder(folder), { folder, ...(world !== undefined && { world }) });
}

/**
 * The same of WIT that was read before.
 *
 * @param where `folder` is for messages; `world` as in {@link readWorld}
 * @throws WitError
 */
export async function worldOf(
  { main, packages }: WitFolder,
  where: { readonly folder: string; readonly world?: string },
): Promise<World> {
  const { folder, world } = where;
  if (main === undefined) throw new WitError(`the WIT folder ${folder} has no .wit file of its own`);
  const name = world ?? onlyWorld(main.body, main.name);
  const bytes = await componentOf(joinWit(main, packages), name, folder);
  return { name, package: main.name, types: decodeNamedTypes(bytes) };
}

function onlyWorld(body: string, name: string): string {
  const worlds = [...body.matchAll(/^[ \t]*world[ \t]+%?([A-Za-z0-9-]+)/gm)].map(([, world]) => world ?? '');
  const [only, ...others] = worlds;
  if (only === undefined)
    throw new WitError(`the package ${name} has no world: name what is to be read in one`);
  if (others.length > 0) {
    throw new WitError(`the package ${name} has the worlds ${worlds.join(', ')}: choose one by \`--world\``);
  }
  return only;
}

/** A component of this world that does nothing. */
async function componentOf(witSource: string, world: string, folder: string): Promise<Uint8Array> {
  try {
    const features = { tag: 'all' } as const;
    return await componentNew(await componentEmbed({ dummy: true, witSource, world, features }));
  } catch (cause) {
    const message = messageOf(cause);
    const where = await locateError(message, await listWitFiles(folder).catch(() => []), errorOf);
    throw new WitError(`the WIT of ${folder} can't be read: ${where ? `${where}: ` : ''}${message}`, {
      cause,
    });
  }
}

/** What the reader of WIT says of a file alone. */
async function errorOf(text: string): Promise<string | undefined> {
  const witSource = packageLine.test(text) ? text : `package only:one; ${text}`;
  try {
    await componentEmbed({ dummy: true, witSource, world: 'any', features: { tag: 'all' } });
    return undefined;
  } catch (cause) {
    return messageOf(cause);
  }
}

function messageOf(cause: unknown): string {
  const { payload } = cause as { readonly payload?: unknown };
  const text = typeof payload === 'string' ? payload : cause instanceof Error ? cause.message : String(cause);
  return text.trim();
}
