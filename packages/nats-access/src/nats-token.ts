import { randomUUID } from 'node:crypto';
import { fromSeed, type KeyPair } from 'nkeys.js';
import type { Permissions } from './permissions.js';

const header = { typ: 'JWT', alg: 'ed25519-nkey' } as const;

/** No limit, for every limit that a claim has. */
const unlimited = -1;

/** What a token says besides who signed it, and when. */
interface Claim {
  readonly name: string;
  /** Public key of whom the token is about. */
  readonly subject: string;
  readonly nats: Readonly<Record<string, unknown>>;
  /** Seconds since 1970. */
  readonly expires?: number | undefined;
  readonly audience?: string | undefined;
}

/** Signs one of NATS's own tokens (version 2), as a server verifies them. */
export function signNatsToken(claim: Claim, issuer: KeyPair): string {
  const { audience, expires, name, nats, subject } = claim;
  const payload = {
    jti: randomUUID(),
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    name,
    sub: subject,
    ...(audience !== undefined && { aud: audience }),
    ...(expires !== undefined && { exp: expires }),
    nats: { ...nats, version: 2 },
  };
  const signed = `${encode(header)}.${encode(payload)}`;
  const signature = issuer.sign(new TextEncoder().encode(signed));
  return `${signed}.${Buffer.from(signature).toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The operator of a server: trusts accounts; `systemAccount` is the one of the server itself. */
export function signOperatorToken(operator: KeyPair, systemAccount: string): string {
  return signNatsToken(
    {
      name: 'wasmlattice',
      subject: operator.getPublicKey(),
      nats: { type: 'operator', system_account: systemAccount },
    },
    operator,
  );
}

/** An account without limits; with JetStream unless it is the server's own, which may not have any. */
export function signAccountToken(
  {
    name,
    account,
    jetstream,
  }: { readonly name: string; readonly account: string; readonly jetstream: boolean },
  operator: KeyPair,
): string {
  const limits = {
    subs: unlimited,
    data: unlimited,
    payload: unlimited,
    imports: unlimited,
    exports: unlimited,
    wildcards: true,
    conn: unlimited,
    leaf: unlimited,
    ...(jetstream && {
      mem_storage: unlimited,
      disk_storage: unlimited,
      streams: unlimited,
      consumer: unlimited,
    }),
  };
  return signNatsToken({ name, subject: account, nats: { type: 'account', limits } }, operator);
}

export interface UserToken {
  readonly name: string;
  /** Public user key, `U…`. */
  readonly user: string;
  readonly permissions: Permissions;
  /** When the user may connect for the last time, and is cut off; never if absent. */
  readonly expires?: Date | undefined;
  /** Account that the user goes into, where a server without operators places users by an auth callout. */
  readonly audience?: string | undefined;
}

/** A user of the account whose key is `issuer`. */
export function signUserToken(token: UserToken, issuer: KeyPair): string {
  const { audience, expires, name, permissions, user } = token;
  const { answersWithinMs, publish, subscribe } = permissions;
  return signNatsToken(
    {
      name,
      subject: user,
      audience,
      ...(expires !== undefined && { expires: Math.floor(expires.getTime() / 1_000) }),
      nats: {
        type: 'user',
        pub: publish,
        sub: subscribe,
        ...(answersWithinMs !== undefined && { resp: { max: 1, ttl: answersWithinMs * 1_000_000 } }),
        subs: unlimited,
        data: unlimited,
        payload: unlimited,
      },
    },
    issuer,
  );
}

/** Signs with the key of a seed, as programs that are given one need it. */
export function keyPairFromSeed(seed: string): KeyPair {
  return fromSeed(new TextEncoder().encode(seed));
}
