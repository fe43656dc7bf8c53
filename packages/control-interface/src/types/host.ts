import type { ComponentDescription } from './component.js';
import type { UndeliveredLink } from './link.js';
import type { ProviderDescription } from './provider.js';
import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** A host as it answers a ping (docs/spec/control-interface.md#2.1). */
export interface Host {
  /** Public nkey, `N…`. */
  readonly id: string;
  /** `{adjective}-{noun}-{NNNN}`. */
  readonly friendlyName: string;
  readonly labels: StringMap;
  readonly lattice: string;
  /** Whole seconds since the start. */
  readonly uptimeSeconds: number;
  /** `2m 21s`; see `formatUptime`. */
  readonly uptimeHuman?: string | undefined;
  /** Semantic version of the host program. */
  readonly version?: string | undefined;
  /** URL of the control NATS connection. */
  readonly ctlHost?: string | undefined;
  /** URL of the rpc NATS connection. */
  readonly rpcHost?: string | undefined;
  /** JetStream domain, if one is configured. */
  readonly jsDomain?: string | undefined;
}

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
  /**
   * The links of its providers that do not serve, up to 200: first those that a provider does not take, then those of providers that
   * are down. A field of ours, absent where there are none.
   */
  readonly undeliveredLinks?: readonly UndeliveredLink[] | undefined;
}

/**
 * Sets one label of a host (docs/spec/control-interface.md#3). Keys that start with `hostcore.` are refused.
 */
export interface PutLabelCommand {
  readonly key: string;
  readonly value: string;
}

/** Removes one label of a host (docs/spec/control-interface.md#3). */
export interface DeleteLabelCommand {
  readonly key: string;
}

/** Stops a host (docs/spec/control-interface.md#2.3). */
export interface StopHostCommand {
  /** If not empty, it must be the id of the addressed host. */
  readonly hostId: string;
  /** Longest time the shutdown may take, in ms; the host's default (10 s) if absent. */
  readonly timeoutMs?: number | undefined;
}

/** A {@link StopHostCommand} as one writes it; the client fills in the host id. */
export type StopHostInput = WithDefaults<StopHostCommand, 'hostId'>;
