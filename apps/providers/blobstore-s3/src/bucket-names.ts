const aliasPrefix = 'alias_';

/** The bucket that a component means: by an alias, with or without `alias_` before it, or by its name. */
export function bucketOf(container: string, aliases: ReadonlyMap<string, string>): string {
  const name = container.startsWith(aliasPrefix) ? container.slice(aliasPrefix.length) : container;
  return aliases.get(name) ?? name;
}
