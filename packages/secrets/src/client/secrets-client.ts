import { createXKey, isXKey } from '@wasmlattice/identity';
import { headers as createHeaders, type NatsConnection } from 'nats';
import { GetSecretError } from '../protocol/get-secret-error.js';
import {
  decodeGetError,
  decodeSecret,
  encodeRequest,
  hostXkeyHeader,
  responseXkeyHeader,
  type SecretRequest,
  type VersionedSecret,
} from '../protocol/messages.js';
import { secretsSubject } from '../protocol/subjects.js';
import { askServerKey } from './backend-key.js';
import { request as ask } from './request.js';
import { SecretsClientError } from './secrets-client-error.js';

export interface SecretsClientOptions {
  /** That of the control interface; it stays the caller's. */
  readonly connection: NatsConnection;
  /** First part of the subjects of backends: `wasmcloud.secrets`. */
  readonly prefix: string;
  /** How long a backend may take for one answer, in ms; 10,000 as upstream's by default. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;

/**
 * Gets secrets from the backends of a lattice (docs/spec/security.md#7.2). Each request is sealed by a key of its own for the key of
 * the backend. That key is asked for once, and again when a request fails by which it may have become another: a backend that was
 * started again has a new one.
 */
export class SecretsClient {
  readonly #options: Required<SecretsClientOptions>;
  readonly #keys = new Map<string, Promise<string>>();

  constructor(options: SecretsClientOptions) {
    this.#options = { timeoutMs: defaultTimeoutMs, ...options };
  }

  /**
   * @returns `undefined` when the backend gives neither a string nor bytes
   * @throws GetSecretError when the backend refuses, SecretsClientError when it can't be asked
   */
  async get(backend: string, request: SecretRequest): Promise<VersionedSecret | undefined> {
    const key = await this.#keyOf(backend);
    try {
      return await this.#get(backend, key, request);
    } catch (error) {
      if (!maybeByOldKey(error)) throw error;
      this.#keys.delete(backend);
      const fresh = await this.#keyOf(backend);
      if (fresh === key) throw error;
      return await this.#get(backend, fresh, request);
    }
  }

  /** Asked once by all who want it at a time. */
  #keyOf(backend: string): Promise<string> {
    const known = this.#keys.get(backend);
    if (known !== undefined) return known;
    const asked = askServerKey(this.#options, backend);
    this.#keys.set(backend, asked);
    asked.catch(() => {
      if (this.#keys.get(backend) === asked) this.#keys.delete(backend);
    });
    return asked;
  }

  async #get(
    backend: string,
    serverKey: string,
    request: SecretRequest,
  ): Promise<VersionedSecret | undefined> {
    const { connection, prefix, timeoutMs } = this.#options;
    const once = createXKey();
    const headers = createHeaders();
    headers.set(hostXkeyHeader, once.publicKey);
    const answer = await ask(connection, backend, secretsSubject(prefix, backend, 'get'), {
      timeoutMs,
      headers,
      payload: once.seal(encodeRequest(request), serverKey),
    });
    const sealedBy = answer.headers?.get(responseXkeyHeader) ?? '';
    try {
      if (sealedBy === '') throw decodeGetError(answer.data);
      if (!isXKey(sealedBy)) throw new Error(`header ${responseXkeyHeader} is no public xkey`);
      return decodeSecret(once.open(answer.data, sealedBy));
    } catch (cause) {
      if (cause instanceof GetSecretError) throw cause;
      throw new SecretsClientError('bad-answer', `the answer of secrets backend ${backend} can not be read`, {
        cause,
      });
    }
  }
}

/** Backends say that they could not open a request, or fall silent. */
function maybeByOldKey(error: unknown): boolean {
  if (error instanceof GetSecretError) {
    return ['DecryptionError', 'InvalidXKey', 'InvalidRequest', 'InvalidPayload'].includes(error.kind);
  }
  return error instanceof SecretsClientError && (error.code === 'timeout' || error.code === 'bad-answer');
}
