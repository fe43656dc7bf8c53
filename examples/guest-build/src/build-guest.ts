import { join } from 'node:path';
import { joinWit, readWitFolder, type WitFolder } from '@wasmlattice/wit-types';
import { bareResources } from './bare-resources.js';
import { bundleGuest } from './bundle.js';
import type { Componentizer, EngineFeature } from './componentize.js';
import { type ContentCache, contentKey, writeFileAtomically } from './content-cache.js';
import { GuestBuildError } from './errors.js';
import { guestName } from './guest-name.js';
import { requireServable } from './require-servable.js';

export interface GuestBuildOptions {
  /** The TypeScript file that holds the guest; the component takes its name. */
  readonly entry: string;
  /** Folder of the guest's own WIT: one world, and interfaces of its own if it has any. */
  readonly wit: string;
  /** Folder of WIT packages the world may use. */
  readonly witPackages: string;
  readonly outDir: string;
  readonly without: readonly EngineFeature[];
  readonly cache: ContentCache;
  readonly componentize: Componentizer;
  /** Versions of the tools behind `componentize`. */
  readonly tools: string;
  /** Called before work that takes long. */
  readonly onSlowStep?: (message: string) => void;
}

export interface GuestBuildResult {
  readonly path: string;
  readonly bytes: number;
  readonly fromCache: boolean;
}

/** Builds `<outDir>/<name>.wasm`, from the cache when nothing that matters has changed. */
export async function buildGuest(options: GuestBuildOptions): Promise<GuestBuildResult> {
  const name = guestName(options.entry);
  const [script, witFolder] = await Promise.all([bundleGuest(options.entry), witOf(options)]);
  const wit = asDocument(witFolder, options.wit);
  const without = [...options.without].sort();
  const key = contentKey([name, script, wit, without.join(), options.tools]);
  const path = join(options.outDir, `${name}.wasm`);

  const cached = await options.cache.get(key);
  if (cached !== undefined) {
    await writeFileAtomically(path, cached);
    return { path, bytes: cached.length, fromCache: true };
  }
  const code = script + bareResources(await requireServable(witFolder, options.wit), script);
  const cost = without.includes('stdio') ? '; without stdio its exceptions have no message and no stack' : '';
  options.onSlowStep?.(`building ${name}.wasm, a few seconds${cost}`);
  const component = await options.componentize({ name, code, wit, without });
  await writeFileAtomically(path, component);
  await options.cache.put(key, component);
  return { path, bytes: component.length, fromCache: false };
}

/** The guest's WIT and the packages it may use, as one document. */
export async function guestWit(options: Pick<GuestBuildOptions, 'wit' | 'witPackages'>): Promise<string> {
  return asDocument(await witOf(options), options.wit);
}

function asDocument({ main, packages }: WitFolder, folder: string): string {
  if (main === undefined) throw new GuestBuildError(`the WIT folder ${folder} has no .wit file of the guest`);
  return joinWit(main, packages);
}

export async function witOf(options: Pick<GuestBuildOptions, 'wit' | 'witPackages'>): Promise<WitFolder> {
  const { main, packages } = await readWitFolder(options.wit);
  return { main, packages: [...packages, ...(await readWitFolder(options.witPackages)).packages] };
}
