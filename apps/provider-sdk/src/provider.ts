import type { NatsCredentials, NatsTls } from '@wasmlattice/lattice-connection';
import type { SettingsSchema } from '@wasmlattice/provider-host/config-schema';
import type { HealthReply, SecretMap, StringMap } from '@wasmlattice/provider-host/protocol';
import type { Invoker } from '@wasmlattice/rpc';
import type { Logger, Meter, Tracer } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { LinkMap, LinkMapOptions } from './links/link-map.js';
import type { ProviderExport } from './provider-export.js';

/** Makes a provider. Called once, before any link: throwing ends the process; the host starts it again. */
export type ProviderFactory = (context: ProviderContext) => Promise<Provider> | Provider;

/** What a program gives: its exports, most of all. */
export interface Provider {
  /** Functions offered to linked components. Calls arrive once the links of the start are there. */
  readonly exports?: readonly ProviderExport[];
  /**
   * The whole config after a change, or again as it was: take it as the new state, not as a difference. A host of ours is told when
   * it throws. Links whose settings change with it are opened again without this.
   */
  updateConfig?(config: StringMap): Promise<void> | void;
  /** All secrets of the provider's own after a change, as {@link updateConfig} is told of configs. */
  updateSecrets?(secrets: SecretMap): Promise<void> | void;
  /** Without it the provider is healthy. Throwing means unhealthy. */
  health?(): Promise<HealthReply> | HealthReply;
  /**
   * Called last, once, after the resources of the links are closed. No call arrives any more, and those that came have been answered if
   * they were quick. The host ends the process 300 ms after it asked for the shutdown.
   */
  close?(): Promise<void> | void;
}

/** What a provider has to work with from its start to its end. */
export interface ProviderContext {
  /** Id of the provider, the same for all its instances in the lattice. */
  readonly id: string;
  readonly lattice: string;
  readonly hostId: string;
  /** Merged named config of the provider, as of now: it is another one after a change. */
  readonly config: StringMap;
  /** The provider's own secrets, in clear, as of now: they are others after a change. */
  readonly secrets: SecretMap;
  /**
   * The provider's own settings, as of now: those that the schema has on the side `provider`.
   *
   * @throws SettingsError
   */
  settings<Settings>(schema: SettingsSchema<Settings>): Settings;
  /**
   * The links of one side, each with what `open` makes of it. To be called while the provider is made; `open` is called from then on, one
   * link after the other, beside calls of the exports.
   */
  links<Resource, Settings = undefined>(options: LinkMapOptions<Resource, Settings>): LinkMap<Resource>;
  /** Where and as whom the lattice's rpc connection was opened, for providers that need NATS themselves. */
  readonly nats: NatsAccess;
  /**
   * Connects, and comes back for ever once that succeeded; what happens to the connection is logged. It is the provider's to close.
   *
   * @throws LatticeConnectionError that names the server and what to check
   */
  connectNats(access: NatsAccess): Promise<NatsConnection>;
  /** Calls functions of components that this provider is linked to. Adds `source-id` and `target-id`. */
  readonly invoker: Invoker;
  readonly logger: Logger;
  /**
   * For spans of the provider's own; those of its calls are made for it. A span within the call is one whose parent is
   * `extractTraceContext(call.headers)`. Records nothing unless the host exports traces.
   */
  readonly tracer: Tracer;
  /** For metrics of the provider's own. Records nothing unless the host exports metrics. */
  readonly meter: Meter;
}

/** How to reach a NATS server. */
export interface NatsAccess {
  /** One URL, or several of one cluster separated by commas; user and password or a token may be part of it. */
  readonly url: string;
  /** User JWT and the seed of its key; the seed alone where the server knows the key. */
  readonly credentials?: NatsCredentials | undefined;
  /** Present when the server must speak TLS; `tls://` in the URL asks for it, too. */
  readonly tls?: NatsTls | undefined;
  /** First tokens of all inboxes of this user; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
}

/** What tells one link of a provider from another. */
export interface ProviderLinkIdentity {
  readonly sourceId: string;
  readonly target: string;
  readonly linkName: string;
  /** `wasi` of `wasi:keyvalue/store`. */
  readonly witNamespace: string;
  /** `keyvalue` of `wasi:keyvalue/store`. */
  readonly witPackage: string;
  /** `store` of `wasi:keyvalue/store`. */
  readonly interfaces: readonly string[];
}

/** A link with the values for this provider's side. */
export interface ProviderLink extends ProviderLinkIdentity {
  readonly config: StringMap;
  /** Opened: in clear. */
  readonly secrets: SecretMap;
}
