import type { ComponentLimits } from './component-limits.js';
import type { StringMap } from './string-map.js';
import type { WithDefaults } from './with-defaults.js';

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
