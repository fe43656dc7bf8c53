import { describeDifference, differencesOf } from '../manifest/difference.js';
import type { Manifest } from '../manifest/manifest.js';

/** What keeps a version of an application from running beside another one, in words for people; `undefined`: nothing. */
export function canaryObstacle(deployed: Manifest, next: Manifest): string | undefined {
  const differences = differencesOf(deployed, next);
  if (differences.length === 0) return 'it says the same as the version that is deployed';
  const names = new Set(
    deployed.components.filter(({ kind }) => kind === 'component').map(({ name }) => `component ${name}`),
  );
  const others = differences.filter(
    ({ after, before, what }) => before === undefined || after === undefined || !names.has(what),
  );
  if (others.length === 0) return undefined;
  return `a canary may have other images of components than the deployed version, and nothing else: ${others
    .map(describeDifference)
    .join('; ')}`;
}

/** The images of the components that a canary has another one of, by their names in the manifest. */
export function canaryImages(deployed: Manifest, next: Manifest): ReadonlyMap<string, string> {
  const images = new Map(
    deployed.components.flatMap(({ name, source }) =>
      source.kind === 'image' ? [[name, source.image] as const] : [],
    ),
  );
  return new Map(
    next.components.flatMap(({ kind, name, source }) =>
      kind === 'component' && source.kind === 'image' && images.get(name) !== source.image
        ? [[name, source.image] as const]
        : [],
    ),
  );
}
