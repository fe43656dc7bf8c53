import type { Entity } from '../server/authorise.js';

/** Whether one of the keys that are allowed is that of the entity or of who signed its token; without any, everybody. */
export function mayHave(allowed: readonly string[], { issuer, publicKey }: Entity): boolean {
  return allowed.length === 0 || allowed.includes(publicKey) || allowed.includes(issuer);
}
