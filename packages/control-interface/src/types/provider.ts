import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** A running provider as the inventory tells it (docs/spec/control-interface.md#2.2). */
export interface ProviderDescription {
  readonly id: string;
  /** The *normalised* reference: no `file://`, `oci://`, `http(s)://` or `wasmcloud+builtin://`. */
  readonly imageRef: string;
  /** The name of the claims; absent without one. */
  readonly name?: string | undefined;
  /** The revision of the claims, else 0. */
  readonly revision: number;
  readonly annotations: StringMap;
  /** Names of the configs it has, in order. A field of ours, absent from hosts of wasmCloud. */
  readonly config?: readonly string[] | undefined;
  /** Why it does not serve at the moment, or not as its configs say. A field of ours, absent while it does. */
  readonly failure?: string | undefined;
  /** How its process crashed lately. A field of ours, absent before the first crash and once it has run well since. */
  readonly crashes?: ProviderCrashes | undefined;
}

/** Crashes of a provider's process in a row, without a run of some length between them. */
export interface ProviderCrashes {
  readonly count: number;
  /** Whether it crashes again and again, so that waiting alone will hardly help. */
  readonly isLoop: boolean;
  /** How it ended the last time, or why it could not be started again. */
  readonly reason: string;
  /** The last lines it wrote to standard error before, at most five of 300 characters. */
  readonly lastLines: readonly string[];
}

/** Asks which hosts would run a provider (docs/spec/control-interface.md#5.1). */
export interface ProviderAuctionRequest {
  /** Empty if not given. */
  readonly providerRef: string;
  readonly providerId: string;
  /** Labels a host must have, each with exactly this value. */
  readonly constraints: StringMap;
}

/** A {@link ProviderAuctionRequest} as one writes it: no reference, no constraints by default. */
export type ProviderAuctionInput = WithDefaults<ProviderAuctionRequest, 'providerRef' | 'constraints'>;

/** The bid of a host that would run the provider. */
export interface ProviderAuctionAck {
  readonly providerRef: string;
  readonly providerId: string;
  readonly hostId: string;
  readonly constraints: StringMap;
}

/** Starts a provider on one host (docs/spec/control-interface.md#5.2). */
export interface StartProviderCommand {
  readonly providerId: string;
  /** Image reference, path, or `wasmcloud+builtin://…`; empty if not given. */
  readonly providerRef: string;
  /** Not validated; copied into event data. Empty if not given. */
  readonly hostId: string;
  /** Named configs and `SECRET…` references; later ones override earlier ones. */
  readonly config: readonly string[];
  /** `{}` if not given. Events echo them exactly. */
  readonly annotations: StringMap;
  /**
   * Whether a provider that runs may be changed: it takes other `config` and `annotations` in place, or another process takes its
   * place once it serves. Else that it runs is a failure. A field of ours, named as that of components: hosts of wasmCloud ignore it
   * and fail.
   */
  readonly allowUpdate: boolean;
}

/** A {@link StartProviderCommand} as one writes it; the client fills in the host id. */
export type StartProviderInput = WithDefaults<
  StartProviderCommand,
  'hostId' | 'config' | 'annotations' | 'allowUpdate'
>;

/** Stops a provider on one host (docs/spec/control-interface.md#5.3). */
export interface StopProviderCommand {
  readonly providerId: string;
  /** Handed to the provider, which stops in order only if it is its own host's id. Empty if not given. */
  readonly hostId: string;
}

/** A {@link StopProviderCommand} as one writes it; the client fills in the host id. */
export type StopProviderInput = WithDefaults<StopProviderCommand, 'hostId'>;
