/** A mistake in the guest or in the command line: shown without a stack trace. */
export class GuestBuildError extends Error {
  override readonly name = 'GuestBuildError';
}
