import { type IsolationTier, parseIsolationTier } from '@wasmlattice/component-host';

/** Names the tier of a component: an annotation of its scale command or, since wadm gives components none, an entry of its config. */
export const isolationKey = 'wasmlattice.dev/isolation';

type Annotations = Readonly<Record<string, string>>;

/**
 * The annotation wins over the config.
 *
 * @throws IsolationTierError
 */
export function isolationOf(annotations: Annotations, config: ReadonlyMap<string, string>): IsolationTier {
  const annotation = annotations[isolationKey];
  if (annotation !== undefined) return parseIsolationTier(annotation, `annotation ${isolationKey}`);
  const entry = config.get(isolationKey);
  return entry === undefined ? 'shared' : parseIsolationTier(entry, `config entry ${isolationKey}`);
}
