import { createXKey, isXKey, type XKey } from '@wasmlattice/identity';
import type { Logger } from '@wasmlattice/telemetry';
import {
  headers as createHeaders,
  ErrorCode,
  type Msg,
  type NatsConnection,
  NatsError,
  type Subscription,
} from 'nats';
import { encodeChange, type SecretChange } from '../protocol/changes.js';
import { GetSecretError } from '../protocol/get-secret-error.js';
import {
  decodeRequest,
  encodeGetError,
  encodeSecret,
  hostXkeyHeader,
  responseXkeyHeader,
  type VersionedSecret,
} from '../protocol/messages.js';
import { type SecretOperation, secretsChangedSubject, secretsSubject } from '../protocol/subjects.js';
import { authorise } from './authorise.js';
import { fieldOf } from './field-of.js';
import type { SecretsSource } from './secrets-source.js';

export interface ServeSecretsOptions {
  /** It stays the caller's. */
  readonly connection: NatsConnection;
  /** First part of the subjects: `wasmcloud.secrets`. */
  readonly prefix: string;
  /** Name of the backend: one token of a subject. */
  readonly backend: string;
  /** Requests are sealed for it. All instances of one backend need the same; a new one by default. */
  readonly xkey?: XKey;
  /** First part of the queue group; upstream's by default. */
  readonly queueBase?: string;
  readonly source: SecretsSource;
  readonly logger: Logger;
  /** Milliseconds since the epoch: for the times of tokens. */
  readonly now?: () => number;
}

/** A backend that answers. */
export interface ServedSecrets {
  readonly xkey: XKey;
  /** Answers another operation besides; what `handle` throws is logged, and nobody gets an answer. */
  answer(operation: SecretOperation, handle: (message: Msg) => Promise<Uint8Array>): void;
  /** Says to all hosts what changed. */
  announce(change: SecretChange): void;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Answers hosts that ask for secrets (docs/spec/security.md#7.2), until it is closed. Everybody who may publish on its subjects can
 * ask: the tokens of the request say for whom.
 *
 * Resolves once the server knows of its subscriptions; then it tells all hosts that its secrets may be others.
 *
 * @throws RangeError when the name of the backend can't be part of a subject
 */
export async function serveSecrets(options: ServeSecretsOptions): Promise<ServedSecrets> {
  const { backend, connection, logger, now = Date.now, prefix, source } = options;
  const { queueBase = 'wasmcloud_secrets', xkey = createXKey() } = options;
  const subscriptions: Subscription[] = [];

  const answer: ServedSecrets['answer'] = (operation, handle) => {
    const subject = secretsSubject(prefix, backend, operation);
    const reply = async (message: Msg): Promise<void> => {
      if (message.reply === undefined || message.reply === '') return;
      message.respond(await handle(message));
    };
    subscriptions.push(
      connection.subscribe(subject, {
        queue: `${queueBase}.${backend}`,
        callback(error, message) {
          if (error !== null) {
            logger.error('a subscription of the backend failed: may this user subscribe there?', {
              subject,
              error,
            });
            return;
          }
          reply(message).catch((cause: unknown) =>
            logger.error('a request failed', { subject, error: cause }),
          );
        },
      }),
    );
  };

  const getSecret = async (message: Msg): Promise<VersionedSecret> => {
    const request = readRequest(message, xkey);
    const entity = authorise(request, now());
    const { field, key, version } = request;
    try {
      const found = await source.get({ key, version, entity });
      logger.info('gave a secret', {
        key,
        version: found.version,
        entity: entity.publicKey,
        host: entity.host,
      });
      return field === undefined ? found : { ...found, secret: fieldOf(found.secret, field) };
    } catch (error) {
      logger.warn('gave no secret', { key, entity: entity.publicKey, host: entity.host, error });
      if (error instanceof GetSecretError) throw error;
      throw new GetSecretError('UpstreamError', 'the backend failed; its log says why');
    }
  };

  answer('server_xkey', async () => new TextEncoder().encode(xkey.publicKey));
  subscriptions.push(
    connection.subscribe(secretsSubject(prefix, backend, 'get'), {
      queue: `${queueBase}.${backend}`,
      callback(error, message) {
        if (error !== null) {
          logger.error('the subscription for requests failed: may this user subscribe there?', { error });
          return;
        }
        if (message.reply === undefined || message.reply === '') return;
        getSecret(message)
          .then((secret) => respondSealed(message, encodeSecret(secret)))
          .catch((cause: unknown) => message.respond(encodeGetError(toGetError(cause))));
      },
    }),
  );
  const announce = (change: SecretChange): void =>
    connection.publish(secretsChangedSubject(prefix, backend), encodeChange(change));
  await connection.flush();
  announce({});

  return {
    xkey,
    answer,
    announce,
    async close() {
      if (connection.isClosed()) return;
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.drain()));
    },
  };
}

/** Opens what was sealed for the backend. @throws GetSecretError */
export function openSealed(message: Msg, xkey: XKey): Uint8Array {
  if (message.data.length === 0) throw new GetSecretError('InvalidPayload');
  if (message.headers === undefined) throw new GetSecretError('InvalidHeaders');
  const sender = message.headers.get(hostXkeyHeader);
  if (!isXKey(sender)) throw new GetSecretError('InvalidXKey');
  try {
    return xkey.open(message.data, sender);
  } catch {
    throw new GetSecretError('DecryptionError');
  }
}

function readRequest(message: Msg, xkey: XKey): ReturnType<typeof decodeRequest> {
  const opened = openSealed(message, xkey);
  try {
    return decodeRequest(opened);
  } catch {
    throw new GetSecretError('InvalidRequest');
  }
}

/** Sealed by a key of its own for the key that the request came with. */
function respondSealed(message: Msg, plain: Uint8Array): void {
  const once = createXKey();
  const headers = createHeaders();
  headers.set(responseXkeyHeader, once.publicKey);
  message.respond(once.seal(plain, message.headers?.get(hostXkeyHeader) ?? ''), { headers });
}

function toGetError(error: unknown): GetSecretError {
  if (error instanceof GetSecretError) return error;
  return error instanceof NatsError && error.code === ErrorCode.MaxPayloadExceeded
    ? new GetSecretError('Other', 'the secret is larger than a message of the NATS server')
    : new GetSecretError('EncryptionError');
}
