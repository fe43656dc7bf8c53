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
