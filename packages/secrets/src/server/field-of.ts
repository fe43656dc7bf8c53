import { GetSecretError } from '../protocol/get-secret-error.js';
import { Secret } from '../secret.js';

/**
 * One member of a secret that is a JSON object.
 *
 * @throws GetSecretError when it is none, or has no such member
 */
export function fieldOf(secret: Secret, field: string): Secret {
  const { kind, value } = secret.reveal();
  let members: unknown;
  try {
    members = kind === 'string' ? JSON.parse(value) : undefined;
  } catch {
    // The parser would quote it.
  }
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw new GetSecretError('Other', `field ${field} is asked for, but the secret is no JSON object`);
  }
  if (!Object.hasOwn(members, field)) throw new GetSecretError('SecretNotFound');
  const member: unknown = (members as Record<string, unknown>)[field];
  return Secret.ofText(typeof member === 'string' ? member : JSON.stringify(member));
}
