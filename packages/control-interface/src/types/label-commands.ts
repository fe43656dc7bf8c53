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
