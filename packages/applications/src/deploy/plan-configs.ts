import { isDeepStrictEqual } from 'node:util';
import { configName } from '../manifest/identifiers.js';
import type { ConfigEntry, Manifest } from '../manifest/manifest.js';
import type { ApplicationMemory } from './application-memory.js';
import type { LatticeView } from './lattice-view.js';
import type { Step } from './steps.js';

/** Names of all configs that deploying or undeploying an application is about. */
export function configsOfPlan(
  manifest: Manifest,
  memory: ApplicationMemory | undefined,
): ReadonlySet<string> {
  return new Set([manifest, ...(memory?.versions ?? [])].flatMap(ownConfigNames));
}

/** The configs an application stores, each once. */
export function ownConfigs(manifest: Manifest): readonly ConfigEntry[] {
  const configs = new Map<string, ConfigEntry>();
  for (const component of manifest.components) {
    const ofLinks = component.links.flatMap((link) => [...link.sourceConfig, ...link.targetConfig]);
    for (const entry of [...component.config, ...ofLinks]) {
      if (entry.properties !== undefined) configs.set(configName(manifest.name, entry), entry);
    }
  }
  return [...configs.values()];
}

export function ownConfigNames(manifest: Manifest): string[] {
  return ownConfigs(manifest).map((entry) => configName(manifest.name, entry));
}

/** What to put, what to delete once nothing names it any more, and the names of what is put. */
export function planConfigs(
  manifest: Manifest,
  { configs }: LatticeView,
  memory: ApplicationMemory | undefined,
): { puts: Step[]; deletions: Step[]; changed: ReadonlySet<string> } {
  const puts = ownConfigs(manifest).flatMap((entry) => {
    const name = configName(manifest.name, entry);
    const values = entry.properties ?? {};
    if (isDeepStrictEqual({ ...configs?.get(name) }, { ...values }) && configs?.has(name)) return [];
    return [{ kind: 'put-config', name, values } as const];
  });
  const wanted = new Set(ownConfigNames(manifest));
  const deletions = goneConfigs(wanted, memory)
    .filter((name) => configs?.has(name) ?? true)
    .map((name): Step => ({ kind: 'delete-config', name }));
  return { puts, deletions, changed: new Set(puts.map(({ name }) => name)) };
}

/** Names of configs that versions of an application had, without those that are wanted by it or others. */
export function goneConfigs(wanted: ReadonlySet<string>, memory: ApplicationMemory | undefined): string[] {
  const ofOthers = new Set(memory?.others.flatMap(ownConfigNames));
  const before = new Set(memory?.versions.flatMap(ownConfigNames));
  return [...before].filter((name) => !wanted.has(name) && !ofOthers.has(name));
}
