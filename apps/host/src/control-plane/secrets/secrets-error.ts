/** Secrets of a workload or a link can't be had; the message and its causes say why, in upstream's words where it has any. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';

  constructor(cause: unknown) {
    super('Unable to fetch requested secrets', { cause });
  }
}
