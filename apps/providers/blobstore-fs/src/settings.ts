import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { StringMap } from '@wasmlattice/provider-sdk';

/** A link config that can't be used; the message names the key. */
export class StoreSettingsError extends Error {
  override readonly name = 'StoreSettingsError';
}

/**
 * The directory of a link (docs/spec/provider.md#10.6): `ROOT` in any case, of the link, else of the
 * provider; else one for the component in the system's directory for temporary files.
 *
 * @throws StoreSettingsError
 */
export function readRoot(link: StringMap, provider: StringMap, sourceId: string): string {
  const root = rootOf(link) ?? rootOf(provider);
  if (root === undefined) return join(tmpdir(), sourceId.replaceAll(/[^-\w]/g, '_'));
  if (isAbsolute(root)) return root;
  throw new StoreSettingsError(
    `ROOT is ${JSON.stringify(root)}: give the path from the top of the file system, a provider has no directory of its own`,
  );
}

function rootOf(config: StringMap): string | undefined {
  const [, value] = Object.entries(config).find(([key]) => key.toLowerCase() === 'root') ?? [];
  return value === '' ? undefined : value;
}
