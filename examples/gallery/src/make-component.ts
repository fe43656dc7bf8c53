import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';

export interface CoreModule {
  readonly binary: Uint8Array;
  /** What the module implements, unless it says that itself. */
  readonly world?: { readonly wit: string; readonly name: string };
  /** Whether it imports WASI's preview 1, as programs of many compilers do; default false. */
  readonly usesPreview1?: boolean;
}

/** Makes a component of a core module: the last step of the compilers that do not do it themselves. */
export async function makeComponent({
  binary,
  world,
  usesPreview1 = false,
}: CoreModule): Promise<Uint8Array> {
  const embedded =
    world === undefined ? binary : await componentEmbed({ binary, witSource: world.wit, world: world.name });
  return await componentNew(
    embedded,
    usesPreview1 ? [['wasi_snapshot_preview1', await readPreview1Adapter()]] : [],
  );
}

/** The adapter that makes preview 2 of what a module imports of preview 1; comes with jco. */
async function readPreview1Adapter(): Promise<Uint8Array> {
  const manifest = findPackageJSON('@bytecodealliance/jco', import.meta.url);
  if (manifest === undefined) throw new Error('@bytecodealliance/jco is not installed; run `npm run setup`');
  return await readFile(join(dirname(manifest), 'lib/wasi_snapshot_preview1.reactor.wasm'));
}
