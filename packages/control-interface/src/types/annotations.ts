/**
 * The annotation by which whoever starts something from a file says what the file holds, `sha256:…` for example: a command with another
 * value means other code behind the same reference. Of ours; hosts of wasmCloud do not look at it.
 */
export const contentAnnotation = 'wasmlattice.dev/content';
