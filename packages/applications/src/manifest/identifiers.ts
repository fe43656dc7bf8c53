import type { ConfigEntry, ManifestComponent } from './manifest.js';

/**
 * The id wadm derives for something of an application: both names in lower case, all but letters and digits of ASCII
 * replaced by `_`, joined by a dash. Keeping its rule lets wadm take over what was deployed from here, and the reverse.
 */
export function derivedId(application: string, name: string): string {
  return `${plain(application)}-${plain(name)}`;
}

/** The id of a component or provider in the lattice. */
export function componentId(application: string, component: ManifestComponent): string {
  if (component.id !== undefined) return component.id;
  const { source } = component;
  return source.kind === 'shared'
    ? derivedId(source.application, source.component)
    : derivedId(application, component.name);
}

/** The name under which a config is stored: entries with properties belong to the application, others are shared. */
export function configName(application: string, entry: ConfigEntry): string {
  if (entry.properties === undefined) return entry.name;
  const name = derivedId(application, entry.name);
  return entry.isSecret === true ? `SECRET_${name}` : name;
}

export function configNames(application: string, entries: readonly ConfigEntry[]): string[] {
  return entries.map((entry) => configName(application, entry));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/gu, '_');
}
