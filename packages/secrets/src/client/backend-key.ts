import { isXKey } from '@wasmlattice/identity';
import type { NatsConnection } from 'nats';
import { secretsSubject } from '../protocol/subjects.js';
import { request } from './request.js';
import { SecretsClientError } from './secrets-client-error.js';

/** Asks a backend for the public key that requests are sealed for. @throws SecretsClientError */
export async function askServerKey(
  options: { readonly connection: NatsConnection; readonly prefix: string; readonly timeoutMs: number },
  backend: string,
): Promise<string> {
  const { connection, prefix, timeoutMs } = options;
  const answer = await request(connection, backend, subjectOf(prefix, backend), { timeoutMs });
  const key = new TextDecoder().decode(answer.data).trim();
  if (isXKey(key)) return key;
  throw new SecretsClientError(
    'bad-answer',
    `secrets backend ${backend} answered no public xkey (X…): is it one?`,
  );
}

function subjectOf(prefix: string, backend: string): string {
  try {
    return secretsSubject(prefix, backend, 'server_xkey');
  } catch (cause) {
    throw new SecretsClientError('bad-name', cause instanceof Error ? cause.message : '', { cause });
  }
}
