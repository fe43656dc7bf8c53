import { type Manifest, type ManifestComponent, manifestLinks } from '@wasmlattice/applications';
import type { Link } from '@wasmlattice/control-interface';

const byManifest = new WeakMap<Manifest, ReadonlyMap<ManifestComponent, readonly Link[]>>();

/** The links of each component of a manifest; worked out once, as each plan asks for them. */
export function wantedLinks(manifest: Manifest): ReadonlyMap<ManifestComponent, readonly Link[]> {
  const known = byManifest.get(manifest);
  if (known !== undefined) return known;
  const links = new Map(
    manifest.components.map((component) => [component, manifestLinks(manifest, component)]),
  );
  byManifest.set(manifest, links);
  return links;
}
