import { ClaimsError, decodeToken, requireValidToken, type Token } from '@wasmlattice/identity';
import { GetSecretError } from '../protocol/get-secret-error.js';
import type { SecretRequest } from '../protocol/messages.js';

/** Who is to get a secret, by its tokens. */
export interface Entity {
  /** Public key of the component (`M…`) or provider (`V…`). */
  readonly publicKey: string;
  /** Public key of who signed its token. */
  readonly issuer: string;
  /** Id of the host that asks. */
  readonly host: string;
  readonly application: string | undefined;
  /** JSON text. */
  readonly policy: string;
}

/**
 * Reads the tokens of a request and checks that they count: signature, times, form (docs/spec/security.md#7.2).
 *
 * @param now in ms since the epoch
 * @throws GetSecretError
 */
export function authorise(request: SecretRequest, now: number): Entity {
  const { application, policy } = request;
  const entity = checked(() => entityToken(request.entityToken, now), 'InvalidEntityJWT');
  const host = checked(() => {
    const token = decodeToken('host', request.hostToken);
    requireValidToken(token, now);
    return token;
  }, 'InvalidHostJWT');
  const { issuer, subject } = entity.claims;
  return { publicKey: subject, issuer, host: host.claims.subject, application, policy };
}

/** What it is shows by what is said of it: a provider names its vendor, a component its hash. */
function entityToken(text: string, now: number): Token {
  let token: Token;
  try {
    token = decodeToken('provider', text);
  } catch (error) {
    if (!(error instanceof ClaimsError)) throw error;
    token = decodeToken('component', text);
  }
  requireValidToken(token, now);
  return token;
}

function checked(read: () => Token, kind: 'InvalidEntityJWT' | 'InvalidHostJWT'): Token {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClaimsError) throw new GetSecretError(kind, error.message);
    throw error;
  }
}
