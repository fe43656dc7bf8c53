/** A message between host and provider that does not have the agreed form. The message names the field. */
export class ProviderProtocolError extends Error {
  override readonly name = 'ProviderProtocolError';
}
