/** WIT that can't be read, or that has no form here; the message names the place and what to check. */
export class WitError extends Error {
  override readonly name = 'WitError';
}
