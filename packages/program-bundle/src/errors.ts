/** A program that can't be bundled so that it works. */
export class ProgramBundleError extends Error {
  override readonly name = 'ProgramBundleError';
}
