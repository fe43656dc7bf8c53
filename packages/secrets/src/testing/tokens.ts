import { createSigningKey, signToken } from '@wasmlattice/identity';

const hash = 'A'.repeat(64);

/** A component that somebody signed, and the token of a host, both good for an hour. */
export function testTokens(options: { readonly expires?: number } = {}): {
  /** Public key of the component. */
  readonly entity: string;
  readonly issuer: string;
  readonly entityToken: string;
  readonly hostToken: string;
} {
  const account = createSigningKey('account');
  const { publicKey: entity } = createSigningKey('module');
  const issuedAt = Math.trunc(Date.now() / 1_000) - 10;
  const times = { issuedAt, expires: options.expires ?? issuedAt + 3_600 };
  const metadata = { hash, provider: false };
  return {
    entity,
    issuer: account.publicKey,
    entityToken: signToken('component', { subject: entity, metadata, ...times }, account).text,
    hostToken: signToken(
      'host',
      { subject: createSigningKey('server').publicKey, metadata: { name: 'test' }, ...times },
      account,
    ).text,
  };
}
