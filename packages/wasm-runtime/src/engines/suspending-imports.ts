import type { ComponentTypes, LoadOptions, SuspendingImports } from './engine.js';

/** What `suspends` says of each import of a component, as data. */
export function listSuspending(
  types: Pick<ComponentTypes, 'imports' | 'importedFunctions'>,
  suspends: LoadOptions['suspends'],
): SuspendingImports {
  const scopes = [...types.imports, { id: '', functions: types.importedFunctions }];
  const suspending = new Map<string, ReadonlySet<string>>();
  for (const { id, functions } of scopes) {
    const names = functions.map(({ name }) => name).filter((name) => suspends(id, name));
    if (names.length > 0) suspending.set(id, new Set(names));
  }
  return suspending;
}

/** Inverse of {@link listSuspending}. */
export function suspendsAsListed(suspending: SuspendingImports): LoadOptions['suspends'] {
  return (instance, func) => suspending.get(instance)?.has(func) ?? false;
}
