/**
 * The annotation by which whoever starts something from a file says what the file holds, `sha256:…` for example: a command with another
 * value means other code behind the same reference. Of ours; hosts of wasmCloud do not look at it.
 */
export const contentAnnotation = 'wasmlattice.dev/content';

/** Annotations by which inventories tell of a second version: its image, and its share of the calls as `10%`. */
export const canaryAnnotations = {
  image: 'wasmlattice.dev/canary',
  share: 'wasmlattice.dev/canary-share',
} as const;

/** `10%` for 0.1. */
export function describeShare(share: number): string {
  return `${Number((share * 100).toFixed(4))}%`;
}
