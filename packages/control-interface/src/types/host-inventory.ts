import type { ComponentDescription } from './component-description.js';
import type { ProviderDescription } from './provider-description.js';
import type { StringMap } from './string-map.js';

/**
 * Everything that runs on one host; also the data of the heartbeat event
 * (docs/spec/control-interface.md#2.2).
 */
export interface HostInventory {
  readonly components: readonly ComponentDescription[];
  readonly providers: readonly ProviderDescription[];
  readonly hostId: string;
  readonly friendlyName: string;
  readonly labels: StringMap;
  /** Semantic version; wadm drops heartbeats whose version does not parse. */
  readonly version: string;
  readonly uptimeHuman: string;
  readonly uptimeSeconds: number;
}
