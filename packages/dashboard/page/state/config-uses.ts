import type { Tables } from './lattice-state.js';
import { compareIds } from './workloads.js';

/** References to secrets stand among the names of configs, under this prefix. */
const secretPrefix = /^SECRET_?/;

export function isSecretReference(name: string): boolean {
  return secretPrefix.test(name);
}

/** The named configs that something uses, each with who does; in the order of names, without references to secrets. */
export function configUses(tables: Tables): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, Set<string>>();
  const add = (names: readonly string[], user: string): void => {
    for (const name of names.filter((each) => !isSecretReference(each))) {
      const users = uses.get(name) ?? new Set();
      uses.set(name, users.add(user));
    }
  };
  for (const { id, config = [] } of [...tables.components.values(), ...tables.providers.values()]) {
    add(config, id);
  }
  for (const { sourceConfig, sourceId, target, targetConfig } of tables.links.values()) {
    add([...sourceConfig, ...targetConfig], `link ${sourceId} → ${target}`);
  }
  return new Map(
    [...uses]
      .sort(([one], [other]) => compareIds(one, other))
      .map(([name, users]) => [name, [...users].sort(compareIds)]),
  );
}
