import { isDeepStrictEqual } from 'node:util';
import { type ConfigEntry, configName, ownConfigs } from '@wasmlattice/applications';
import type { PlanContext } from './plan-context.js';

/** Has the configs of an application put whose values are not as wanted. */
export function planConfigs({ application, draft, manifest, state }: PlanContext): void {
  for (const entry of ownConfigs(manifest)) {
    const name = configName(application, entry);
    const values = entry.properties ?? {};
    if (!isDeepStrictEqual(state.config(name), values)) {
      draft.want(application, { kind: 'put-config', name, values });
    }
  }
}

/** Whether what needs configs can be started: hosts refuse names that they do not know. */
export type ConfigReadiness =
  | { readonly state: 'ready' }
  /** They are being put, or that failed. */
  | { readonly state: 'pending' }
  /** One that somebody else has to put is not there. */
  | { readonly state: 'missing'; readonly name: string };

export function configReadiness(
  entries: readonly ConfigEntry[],
  { application, observed }: Pick<PlanContext, 'application' | 'observed'>,
): ConfigReadiness {
  for (const entry of entries) {
    const name = configName(application, entry);
    const there = observed.config(name);
    if (entry.properties === undefined && there === undefined) return { state: 'missing', name };
  }
  const isPending = entries.some(
    (entry) =>
      entry.properties !== undefined && observed.config(configName(application, entry)) === undefined,
  );
  return { state: isPending ? 'pending' : 'ready' };
}
