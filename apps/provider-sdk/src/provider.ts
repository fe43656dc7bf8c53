import type { NatsCredentials, NatsTls } from '@wasmlattice/lattice-connection';
import type { ConfigSchema } from '@wasmlattice/provider-host/config-schema';
import type { HealthReply, SecretMap, StringMap } from '@wasmlattice/provider-host/protocol';
import type { Invoker } from '@wasmlattice/rpc';
import type { Logger, Meter, Tracer } from '@wasmlattice/telemetry';
import type { ProviderExport } from './provider-export.js';

/**
 * A capability provider. All methods are optional.
 *
 * `init`, the link methods and `updateConfig` are called one after the other, never at the same time; calls of the
 * exports and health checks run beside them. What a link method throws is logged and the link counts as not made; a host of ours is
 * told, shows the message to whoever lists the links, and puts the link again when its cause may be gone.
 */
export interface Provider {
  /** Functions offered to linked components. Calls arrive once `init` and the links of the start are done. */
  readonly exports?: readonly ProviderExport[];
  /** The keys of its configs: what is misspelt or on the wrong side of a link is refused before the methods below see it. */
  readonly configSchema?: ConfigSchema;
  /** Called first, with everything the host gave. Throwing ends the process; the host starts it again. */
  init?(context: ProviderContext): Promise<void> | void;
  /** A component (or provider) may call this provider from now on, or its link's values changed. */
  putLinkAsTarget?(link: ProviderLink): Promise<void> | void;
  /** This provider may call a component from now on, or its link's values changed. */
  putLinkAsSource?(link: ProviderLink): Promise<void> | void;
  /** May be called for a link that was never made. */
  deleteLinkAsTarget?(link: ProviderLinkIdentity): Promise<void> | void;
  /** May be called for a link that was never made. */
  deleteLinkAsSource?(link: ProviderLinkIdentity): Promise<void> | void;
  /**
   * The whole config after a change, or again as it was: take it as the new state, not as a difference. A host of ours is told when
   * it throws.
   */
  updateConfig?(config: StringMap): Promise<void> | void;
  /** All secrets of the provider's own after a change, as {@link updateConfig} is told of configs. */
  updateSecrets?(secrets: SecretMap): Promise<void> | void;
  /**
   * Whether config and secrets are part of what links mean: then all of them are put again after {@link updateConfig} and
   * {@link updateSecrets}.
   */
  readonly linksUseConfig?: boolean;
  /** Without it the provider is healthy. Throwing means unhealthy. */
  health?(): Promise<HealthReply> | HealthReply;
  /**
   * Called last, once. No call arrives any more, and those that came have been answered if they were quick. The host
   * ends the process 300 ms after it asked for the shutdown.
   */
  shutdown?(): Promise<void> | void;
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
  /** Where and as whom the lattice's rpc connection was opened, for providers that need NATS themselves. */
  readonly nats: NatsAccess;
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
