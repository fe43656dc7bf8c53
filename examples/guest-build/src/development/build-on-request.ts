import { hash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WitError } from '@wasmlattice/wit-types';
import { writeFileAtomically } from '../content-cache.js';
import { GuestBuildError } from '../errors.js';
import { type GuestWorkshop, WorkshopError } from './guest-workshop.js';

/** What a build process says to its parent. */
export type BuildMessage =
  /** The component, the source map of its script in JSON, and a name for what it imports and exports. */
  | { readonly kind: 'built'; readonly path: string; readonly map: string; readonly world: string }
  | { readonly kind: 'failed'; readonly message: string; readonly map?: string | undefined }
  /** Something takes long. */
  | { readonly kind: 'note'; readonly message: string };

/** What the parent says. */
export interface BuildRequest {
  readonly kind: 'build';
}

/**
 * Builds whenever the parent of this process asks for it, one build after the other, and ends with the parent. Each component has a name of its own in
 * `outDir`, with the source map of its script beside it, from which a host in development mode tells where exceptions come from; the one before stays
 * until the next.
 */
export async function buildOnRequest(name: string, outDir: string, workshop: GuestWorkshop): Promise<void> {
  if (process.send === undefined) {
    throw new GuestBuildError(
      '--on-request is for programs that talk to this one, as `wasmlattice dev` does',
    );
  }
  let work: Promise<void> = Promise.resolve();
  let paths: readonly string[] = [];
  const answer = async (): Promise<void> => {
    const message = await build(name, outDir, workshop);
    if (message.kind === 'built') {
      paths = [...paths.filter((path) => path !== message.path), message.path];
      const old = paths.slice(0, -2).flatMap((path) => [path, mapBeside(path)]);
      await Promise.all(old.map((path) => rm(path, { force: true })));
      paths = paths.slice(-2);
    }
    tell(message);
  };
  process.on('message', ({ kind }: BuildRequest) => {
    if (kind === 'build') work = work.then(answer);
  });
  await new Promise<void>((resolve) => process.once('disconnect', resolve));
  // A script may be under evaluation that takes long.
  process.exit(0);
}

export function tell(message: BuildMessage): void {
  if (process.connected) process.send?.(message);
}

/** `app-1a2b.wasm` → `app-1a2b.js.map`. */
function mapBeside(component: string): string {
  return component.replace(/\.wasm$/, '.js.map');
}

async function build(name: string, outDir: string, workshop: GuestWorkshop): Promise<BuildMessage> {
  try {
    const { component, map, world } = await workshop.build();
    const path = join(outDir, `${name}-${hash('sha256', component).slice(0, 12)}.wasm`);
    await writeFileAtomically(mapBeside(path), map);
    await writeFileAtomically(path, component);
    return { kind: 'built', path, map, world };
  } catch (error) {
    if (error instanceof WorkshopError) return { kind: 'failed', message: error.message, map: error.map };
    if (error instanceof GuestBuildError || error instanceof WitError) {
      return { kind: 'failed', message: error.message };
    }
    return {
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
