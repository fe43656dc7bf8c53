import type { SecretMap } from '@wasmlattice/provider-host/protocol';

/** Secrets as they would show in what is written: bytes as base64. */
export function secretTexts(secrets: SecretMap): string[] {
  return Object.values(secrets).map(({ kind, value }) =>
    kind === 'string' ? value : Buffer.from(value).toString('base64'),
  );
}
