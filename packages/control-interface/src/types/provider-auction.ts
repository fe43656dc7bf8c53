import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

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
