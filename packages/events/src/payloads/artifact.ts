import { ObjectReader } from '@wasmlattice/control-interface/codec';
import type { EventCodec } from './event-codec.js';

/** `artifact_pull_progress`, an event of ours: a host fetches an artifact from a registry, and that takes a while. */
export interface ArtifactPullProgress {
  readonly hostId: string;
  /** In full, without a scheme, in lower case. */
  readonly imageRef: string;
  readonly receivedBytes: number;
  /** Equal to `receivedBytes` in the last event of a pull. */
  readonly totalBytes: number;
}

/** An event for `publish`: how far a pull is. */
export function artifactPullProgress(data: ArtifactPullProgress): {
  readonly name: 'artifact_pull_progress';
  readonly data: ArtifactPullProgress;
} {
  return { name: 'artifact_pull_progress', data };
}

export const artifactPullProgressCodec: EventCodec<ArtifactPullProgress> = {
  encode: ({ hostId, imageRef, receivedBytes, totalBytes }) => ({
    host_id: hostId,
    image_ref: imageRef,
    received_bytes: receivedBytes,
    total_bytes: totalBytes,
  }),
  decode(value) {
    const reader = new ObjectReader(value, 'artifact_pull_progress');
    return {
      hostId: reader.string('host_id'),
      imageRef: reader.string('image_ref'),
      receivedBytes: reader.u64('received_bytes'),
      totalBytes: reader.u64('total_bytes'),
    };
  },
};
