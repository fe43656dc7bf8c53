import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** Asks which hosts would run a component (docs/spec/control-interface.md#4.1). */
export interface ComponentAuctionRequest {
  /** Empty if not given. */
  readonly componentRef: string;
  readonly componentId: string;
  /** Labels a host must have, each with exactly this value. */
  readonly constraints: StringMap;
}

/** A {@link ComponentAuctionRequest} as one writes it: no reference, no constraints by default. */
export type ComponentAuctionInput = WithDefaults<ComponentAuctionRequest, 'componentRef' | 'constraints'>;

/** The bid of a host that would run the component. */
export interface ComponentAuctionAck {
  readonly componentRef: string;
  readonly componentId: string;
  readonly hostId: string;
  readonly constraints: StringMap;
}
