import type { SecretEntries } from '../component-record.js';

/** How values show in what is written: bytes as base64. */
export function textsOf(secrets: SecretEntries): string[] {
  return secrets.map(([, secret]) =>
    secret.kind === 'string' ? secret.value : Buffer.from(secret.value).toString('base64'),
  );
}
