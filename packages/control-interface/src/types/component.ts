import type { Link } from './link.js';
import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

/** A running component as the inventory tells it (docs/spec/control-interface.md#2.2). */
export interface ComponentDescription {
  readonly id: string;
  /** The reference exactly as the command gave it, scheme included. */
  readonly imageRef: string;
  /** The name of the embedded claims; absent without one. */
  readonly name?: string | undefined;
  readonly annotations: StringMap;
  /** The revision of the embedded claims, else 0. */
  readonly revision: number;
  readonly maxInstances: number;
  /** Absent when the command gave none (`null` on the wire). */
  readonly limits?: ComponentLimits | undefined;
  /** Names of its configs and secrets, in order. A field of ours, absent from hosts of wasmCloud. */
  readonly config?: readonly string[] | undefined;
}

/**
 * Limits of one component (docs/spec/control-interface.md#4.2). Values the host cannot read are ignored, not
 * refused.
 */
export interface ComponentLimits {
  /** Longest linear memory of an instance, in bytes. */
  readonly maxMemoryLimit?: number | undefined;
  /** Longest execution of one invocation, in seconds. */
  readonly maxExecutionTime?: number | undefined;
}

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

/** Starts, scales or stops a component on one host (docs/spec/control-interface.md#4.2). */
export interface ScaleComponentCommand {
  readonly componentId: string;
  /** Image reference; empty if not given. */
  readonly componentRef: string;
  /** Most invocations at the same time; 0 stops the component. The wire calls it `count`. */
  readonly maxInstances: number;
  /** `{}` if not given. Events echo them exactly. */
  readonly annotations: StringMap;
  /** Absent if not given. */
  readonly componentLimits?: ComponentLimits | undefined;
  /** Not validated; copied into event data. Empty if not given. */
  readonly hostId: string;
  /** Named configs and `SECRET…` references; later ones override earlier ones. */
  readonly config: readonly string[];
  /** Whether another reference than the running one replaces the code. */
  readonly allowUpdate: boolean;
}

/** A {@link ScaleComponentCommand} as one writes it; the client fills in the host id. */
export type ScaleComponentInput = WithDefaults<
  ScaleComponentCommand,
  'annotations' | 'hostId' | 'config' | 'allowUpdate'
>;

/** Replaces the code of a running component (docs/spec/control-interface.md#4.3). */
export interface UpdateComponentCommand {
  readonly componentId: string;
  readonly newComponentRef: string;
  /** Not validated; copied into event data. Empty if not given. */
  readonly hostId: string;
  /**
   * Absent if not given, which a host may treat differently from `{}` (docs/spec/control-interface.md#10,
   * trap 14).
   */
  readonly annotations?: StringMap | undefined;
}

/** An {@link UpdateComponentCommand} as one writes it; the client fills in the host id. */
export type UpdateComponentInput = WithDefaults<UpdateComponentCommand, 'hostId'>;

/**
 * Runs a second version of a component beside the one that runs, for a part of its calls; a command of ours, which hosts of wasmCloud refuse.
 * An update of the component ends it, and so does a stop.
 */
export interface CanaryComponentCommand {
  readonly componentId: string;
  /** Image of the second version. */
  readonly componentRef: string;
  /** Of the calls that reach the host, from 0 to 1; 0 ends the second version. On the wire in millionths. */
  readonly share: number;
  /** Empty if not given. */
  readonly hostId: string;
}

/** A {@link CanaryComponentCommand} as one writes it; the client fills in the host id. */
export type CanaryComponentInput = WithDefaults<CanaryComponentCommand, 'hostId'>;

/** The record `COMPONENT_{id}` of a component or provider (docs/spec/lattice-data.md#2.1). */
export interface ComponentSpec {
  /** Image reference of the first start; empty when a link was put before anything started. */
  readonly url: string;
  /** Outbound links: the source of each is this id. */
  readonly links: readonly Link[];
}
