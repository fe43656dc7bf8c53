import { accountOf, permissionsOf, signNatsToken, signUserToken } from '@wasmlattice/nats-access';
import { nkeys } from 'nats';
import type { Directory } from './directory.js';

type KeyPair = ReturnType<typeof nkeys.createAccount>;

/** What a server asks: a user wants to connect, and says who it is. */
interface AuthorizationRequest {
  /** Key that the server made for the user; the answer is about it. */
  readonly userKey: string;
  readonly serverId: string;
  /** What the user had to sign. */
  readonly nonce: string;
  /** Key by which the user wants to be known, and its signature of the nonce. */
  readonly publicKey: string;
  readonly signature: string;
}

/** The request is not one of a NATS server; nothing is answered. */
export class ForeignRequestError extends Error {
  override readonly name = 'ForeignRequestError';
}

/** How long a user may stay connected before it has to log in again, in ms. */
const sessionMs = 3_600_000;

/**
 * Answers one request: a user with the permissions of its role, or why there is none. Only who can sign with a key of the directory is let in.
 *
 * @throws {@link ForeignRequestError}
 */
export function authorize(
  token: string,
  { directory, issuer, now = Date.now }: { directory: Directory; issuer: KeyPair; now?: () => number },
): { readonly answer: string; readonly outcome: string } {
  const request = readRequest(token);
  const { nonce, publicKey, serverId, signature, userKey } = request;
  const respond = (content: Readonly<Record<string, string>>): string =>
    signNatsToken(
      {
        name: 'auth-callout',
        subject: userKey,
        audience: serverId,
        nats: { type: 'authorization_response', ...content },
      },
      issuer,
    );
  const member = directory.get(publicKey);
  if (member === undefined || !verifies(publicKey, nonce, signature)) {
    return {
      answer: respond({ error: 'not a member of this lattice' }),
      outcome: `refused ${publicKey || 'somebody without a key'}`,
    };
  }
  const { id, lattice, role } = member;
  const user = signUserToken(
    {
      name: id ?? role,
      user: userKey,
      permissions: permissionsOf(role, { lattice, ...(id !== undefined && { id }) }),
      expires: new Date(now() + sessionMs),
      audience: accountOf[role],
    },
    issuer,
  );
  return {
    answer: respond({ jwt: user }),
    outcome: `let ${publicKey} in as ${id ?? role} of lattice ${lattice}`,
  };
}

function readRequest(token: string): AuthorizationRequest {
  const [header = '', payload = '', signature = ''] = token.split('.');
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const { client_info: client, connect_opts: options, server_id: server, user_nkey: userKey } = claims.nats;
    if (
      claims.nats.type !== 'authorization_request' ||
      !verifies(claims.iss, `${header}.${payload}`, signature)
    ) {
      throw new Error('its signature or type is wrong');
    }
    return {
      userKey: String(userKey),
      serverId: String(server.id),
      nonce: String(client.nonce ?? ''),
      publicKey: String(options.nkey ?? ''),
      signature: String(options.sig ?? ''),
    };
  } catch (cause) {
    throw new ForeignRequestError('what was asked is no authorization request of a NATS server', { cause });
  }
}

function verifies(publicKey: string, text: string, signature: string): boolean {
  if (text === '' || signature === '') return false;
  try {
    return nkeys.fromPublic(publicKey).verify(Buffer.from(text), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
