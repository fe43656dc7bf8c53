/** What is recorded of one invocation at most. */
export interface RecordingLimits {
  /** Bytes of one body or stream; of more the beginning is recorded. */
  readonly streamBytes: number;
  /** Bytes of the whole record; one that would be longer is cut. */
  readonly recordBytes: number;
  /** Calls that leave the guest. */
  readonly calls: number;
  /** Values of clocks and of randomness. */
  readonly ambientValues: number;
}

export const defaultRecordingLimits: RecordingLimits = {
  streamBytes: 64 * 1_024,
  recordBytes: 384 * 1_024,
  calls: 1_000,
  ambientValues: 10_000,
};
