import { createXKey } from '@wasmlattice/identity';
import { headers as createHeaders, type NatsConnection } from 'nats';
import { hostXkeyHeader, toBytes } from '../protocol/messages.js';
import { decodePutResponse, encodePutSecret, type PutSecretResponse } from '../protocol/put-secret.js';
import { mappingSubject, type SecretOperation, secretsSubject } from '../protocol/subjects.js';
import type { Secret } from '../secret.js';
import { askServerKey } from './backend-key.js';
import { request as ask } from './request.js';

/** The backend did not do what it was asked; the message is its own. */
export class SecretStoreError extends Error {
  override readonly name = 'SecretStoreError';
}

/**
 * Fills a backend on NATS KV, ours or upstream's, over its own operations. Values are sealed for the backend; who may do so is a
 * matter of permissions on the subjects.
 */
export class SecretStoreClient {
  readonly #options: {
    readonly connection: NatsConnection;
    readonly prefix: string;
    readonly timeoutMs: number;
  };
  readonly #backend: string;

  constructor(options: {
    readonly connection: NatsConnection;
    readonly prefix: string;
    readonly backend: string;
    readonly timeoutMs: number;
  }) {
    this.#options = options;
    this.#backend = options.backend;
  }

  /** @returns the version that it has now @throws SecretStoreError, SecretsClientError */
  async put(key: string, secret: Secret): Promise<string> {
    const { revision } = await this.#sealed('put_secret', encodePutSecret({ key, secret }));
    return String(revision);
  }

  /** With all its versions. Backends of ours only. @throws SecretStoreError, SecretsClientError */
  async delete(key: string): Promise<void> {
    await this.#sealed('delete_secret', toBytes({ key }));
  }

  /** Lets a component or provider have these secrets, besides those it may have. */
  async allow(entity: string, keys: readonly string[]): Promise<void> {
    await this.#map('add_mapping', entity, keys);
  }

  async disallow(entity: string, keys: readonly string[]): Promise<void> {
    await this.#map('remove_mapping', entity, keys);
  }

  async #sealed(operation: SecretOperation, plain: Uint8Array): Promise<PutSecretResponse> {
    const { connection, prefix, timeoutMs } = this.#options;
    const serverKey = await askServerKey(this.#options, this.#backend);
    const once = createXKey();
    const headers = createHeaders();
    headers.set(hostXkeyHeader, once.publicKey);
    const answer = await ask(connection, this.#backend, secretsSubject(prefix, this.#backend, operation), {
      timeoutMs,
      headers,
      payload: once.seal(plain, serverKey),
    });
    const response = decodePutResponse(answer.data);
    if (response.error !== undefined) throw new SecretStoreError(`${this.#backend}: ${response.error}`);
    return response;
  }

  async #map(
    operation: 'add_mapping' | 'remove_mapping',
    entity: string,
    keys: readonly string[],
  ): Promise<void> {
    const { connection, prefix, timeoutMs } = this.#options;
    const subject = mappingSubject(prefix, this.#backend, operation, entity);
    const answer = await ask(connection, this.#backend, subject, { timeoutMs, payload: toBytes(keys) });
    const text = answer.string();
    if (text !== 'ok') throw new SecretStoreError(`${this.#backend}: ${text}`);
  }
}
