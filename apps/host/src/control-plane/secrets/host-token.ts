import { createSigningKey, signToken } from '@wasmlattice/identity';

/**
 * The token by which this host shows itself to secrets backends: signed by an account made for it alone, as upstream's host does at each
 * start (docs/spec/security.md#7.3).
 *
 * @param now in ms since the epoch
 */
export function createHostToken(hostId: string, friendlyName: string, now: number): string {
  const metadata = { name: friendlyName, labels: new Map([['self_signed', 'true']]) };
  const content = { subject: hostId, metadata, issuedAt: Math.trunc(now / 1_000) };
  return signToken('host', content, createSigningKey('account')).text;
}
