import { isSameDocument, type ManifestDocument, versionOf, withVersion } from '@wasmlattice/applications';
import type { ApplicationReads } from './applications.js';

/** Under which version a manifest is deployed. */
export type VersionChoice =
  /** The lattice has it already. */
  | { readonly kind: 'stored'; readonly version: string }
  /** It is to be put; where its version has been put with something else, under another. */
  | { readonly kind: 'new'; readonly document: ManifestDocument; readonly taken: string | undefined };

/**
 * Deploying a file again and again while it changes has to work without a new version in the file each time, and going back too: what is
 * the same as a version that the lattice has is that version, and what is not gets `v1-2`, `v1-3` where `v1` is taken.
 */
export async function chooseVersion(
  reads: ApplicationReads,
  document: ManifestDocument,
): Promise<VersionChoice> {
  const { name } = document.metadata;
  const versions = (await reads.versions(name)) ?? [];
  const isSame = async (version: string): Promise<boolean> => {
    const stored = await reads.get(name, version);
    return stored !== undefined && isSameDocument(stored, document);
  };
  const wanted = versionOf(document);
  if (wanted === undefined) {
    const latest = versions.find(({ deployed }) => deployed) ?? versions.at(-1);
    if (latest !== undefined && (await isSame(latest.version)))
      return { kind: 'stored', version: latest.version };
    return { kind: 'new', document, taken: undefined };
  }
  const names = new Set(versions.map(({ version }) => version));
  let version = wanted;
  for (let count = 2; names.has(version); count++) {
    if (await isSame(version)) return { kind: 'stored', version };
    version = `${wanted}-${count}`;
  }
  const taken = version === wanted ? undefined : wanted;
  return { kind: 'new', document: withVersion(document, version), taken };
}
