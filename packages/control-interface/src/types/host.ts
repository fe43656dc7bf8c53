import type { StringMap } from './string-map.js';

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
