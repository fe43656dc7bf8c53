import type { ConfigEntries, IsolationTier } from '@wasmlattice/component-host';
import type { NamedList } from '@wasmlattice/http-client';
import { type Limits, limitNames } from '@wasmlattice/wasm-runtime';
import { allowedHostsKey, allowedHostsOf, sameAllowedHosts } from '../http/allowed-hosts.js';
import { type HostLimits, isLimitKey, limitsOf } from './component-limits.js';
import type { ComponentSettings } from './component-plan.js';
import { isolationKey, isolationOf } from './isolation.js';

/** What a component shares with others, and what it may take. Both are part of a generation. */
export interface Terms {
  readonly isolation: IsolationTier;
  readonly limits: Limits;
  /** Where its HTTP requests may go without a link; `undefined`: where its host lets those of all go. */
  readonly httpClientAllow: NamedList | undefined;
}

/**
 * The terms that a component's command, annotations and config ask for.
 *
 * @throws IsolationTierError, ComponentLimitsError, AllowedHostsError
 */
export function termsOf(
  { annotations, limits: command }: Pick<ComponentSettings, 'annotations' | 'limits'>,
  config: ReadonlyMap<string, string>,
  host: HostLimits,
): Terms {
  return {
    isolation: isolationOf(annotations, config),
    limits: limitsOf({ command, annotations, config }, host),
    httpClientAllow: allowedHostsOf(annotations, config),
  };
}

export function sameTerms(a: Terms, b: Terms): boolean {
  return (
    a.isolation === b.isolation &&
    sameAllowedHosts(a.httpClientAllow, b.httpClientAllow) &&
    limitNames.every((limit) => a.limits[limit] === b.limits[limit])
  );
}

/** Whether an annotation, or an entry of a config, is for the host. */
function isReserved(key: string): boolean {
  return key === isolationKey || key === allowedHostsKey || isLimitKey(key);
}

/** The entries for the guest: all but what is for the host. */
export function guestConfig(config: ReadonlyMap<string, string>): ConfigEntries {
  return [...config].filter(([key]) => !isReserved(key));
}

/**
 * New annotations leave a running component the terms of its former ones, as far as they name none: nobody shares, or may take more,
 * by oversight.
 */
export function keepTerms(
  given: ComponentSettings['annotations'],
  former: ComponentSettings['annotations'],
): ComponentSettings['annotations'] {
  const kept = Object.entries(former).filter(([key]) => isReserved(key));
  return { ...Object.fromEntries(kept), ...given };
}
