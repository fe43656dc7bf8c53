import { isSecretName } from '@wasmlattice/secrets';

/** A list of names as commands and links have it, apart by kind and each in its order (docs/spec/lattice-data.md#7.1). */
export function splitNames(names: readonly string[]): {
  readonly configs: readonly string[];
  readonly secrets: readonly string[];
} {
  const { configs = [], secrets = [] } = Object.groupBy(names, (name) =>
    isSecretName(name) ? 'secrets' : 'configs',
  );
  return { configs, secrets };
}
