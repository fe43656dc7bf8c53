import type { Logger } from '@wasmlattice/telemetry';
import type { Msg } from 'nats';
import { GetSecretError } from '../../protocol/get-secret-error.js';
import { parse, text } from '../../protocol/messages.js';
import { decodePutSecret, encodePutResponse } from '../../protocol/put-secret.js';
import { openSealed, type ServedSecrets } from '../../server/serve-secrets.js';
import type { NatsKvSecrets } from './nats-kv-secrets.js';

/**
 * Answers the operations by which a backend on NATS KV is filled: those of upstream's `secrets-nats-kv`, and one that deletes. They
 * ask for no tokens: permissions on the subjects say who may use them.
 */
export function serveStoreOperations(served: ServedSecrets, store: NatsKvSecrets, logger: Logger): void {
  const put = async (message: Msg): Promise<number> => {
    const { key, secret } = decodePutSecret(openSealed(message, served.xkey));
    if (secret === undefined) throw new GetSecretError('InvalidPayload');
    const version = await store.put(key, secret);
    logger.info('stored a secret', { key, version });
    served.announce({ key, version });
    return Number(version);
  };
  const remove = async (message: Msg): Promise<number> => {
    const key = text(parse(openSealed(message, served.xkey), 'the request').key, 'key');
    await store.delete(key);
    logger.info('deleted a secret', { key });
    served.announce({ key });
    return 0;
  };
  const map = async (message: Msg, change: 'allow' | 'disallow'): Promise<string> => {
    const entity = message.subject.split('.').at(-1) ?? '';
    const keys: unknown = JSON.parse(message.string());
    if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
      throw new TypeError('expected a JSON array of names of secrets');
    }
    await store.rights[change](entity, keys);
    logger.info('changed who may have secrets', { entity, change, keys });
    return 'ok';
  };

  served.answer('put_secret', (message) => respondingRevision(() => put(message)));
  served.answer('delete_secret', (message) => respondingRevision(() => remove(message)));
  served.answer('add_mapping.*', (message) => respondingText(() => map(message, 'allow')));
  served.answer('remove_mapping.*', (message) => respondingText(() => map(message, 'disallow')));
}

async function respondingRevision(work: () => Promise<number>): Promise<Uint8Array> {
  try {
    return encodePutResponse({ revision: await work() });
  } catch (error) {
    return encodePutResponse({
      revision: 0,
      error: error instanceof GetSecretError ? error.kind : reasonOf(error),
    });
  }
}

async function respondingText(work: () => Promise<string>): Promise<Uint8Array> {
  try {
    return new TextEncoder().encode(await work());
  } catch (error) {
    return new TextEncoder().encode(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
