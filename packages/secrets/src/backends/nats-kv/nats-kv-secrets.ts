import type { XKey } from '@wasmlattice/identity';
import type { JetStreamClient, KV, KvEntry } from 'nats';
import { GetSecretError } from '../../protocol/get-secret-error.js';
import type { VersionedSecret } from '../../protocol/messages.js';
import { Secret } from '../../secret.js';
import type { SecretQuery, SecretsSource } from '../../server/secrets-source.js';
import { EntityRights } from './entity-rights.js';

export interface NatsKvSecretsOptions {
  readonly jetstream: JetStreamClient;
  /** Name of the backend: part of the name of the bucket with the rights. */
  readonly backend: string;
  /** Bucket of the secrets; upstream's by default. */
  readonly bucket?: string;
  /** Seals what is stored, for itself. What was stored with another is lost. */
  readonly encryptionKey: XKey;
  /** Versions of each secret that are kept; 64 as upstream's by default, which is the most NATS allows. */
  readonly history?: number;
}

/**
 * Secrets in a bucket of NATS KV, each sealed, and a second bucket that says who may have which. Both are those of upstream's
 * `secrets-nats-kv`: either backend goes on with what the other has stored. The version of a secret is the revision of its entry.
 */
export class NatsKvSecrets implements SecretsSource {
  readonly rights: EntityRights;
  readonly #bucket: KV;
  readonly #key: XKey;

  private constructor(bucket: KV, rights: EntityRights, key: XKey) {
    this.#bucket = bucket;
    this.rights = rights;
    this.#key = key;
  }

  /** Opens the buckets, or creates them. */
  static async open(options: NatsKvSecretsOptions): Promise<NatsKvSecrets> {
    const { backend, bucket = 'WASMCLOUD_SECRETS', encryptionKey, history = 64, jetstream } = options;
    const secrets = await jetstream.views.kv(bucket, {
      history,
      description: 'Secrets store',
    });
    const state = await jetstream.views.kv(`SECRETS_${backend}_state`, {
      description: 'Secrets state store',
    });
    return new NatsKvSecrets(secrets, new EntityRights(state), encryptionKey);
  }

  async get({ entity, key, version }: SecretQuery): Promise<VersionedSecret> {
    if (!(await this.rights.mayHave(entity.publicKey, key))) throw new GetSecretError('Unauthorized');
    const entry = await this.#entry(key, version);
    if (entry?.operation !== 'PUT' || entry.key !== key) throw new GetSecretError('SecretNotFound');
    let plain: Uint8Array;
    try {
      plain = this.#key.open(entry.value, this.#key.publicKey);
    } catch {
      throw new GetSecretError('DecryptionError');
    }
    return { secret: Secret.ofBytes(plain), version: String(entry.revision) };
  }

  /** @returns its version @throws GetSecretError when the key can't be one of a bucket */
  async put(key: string, secret: Secret): Promise<string> {
    assertKey(key);
    const sealed = this.#key.seal(secret.revealBytes(), this.#key.publicKey);
    return String(await this.#bucket.put(key, sealed));
  }

  /** With all its versions. */
  async delete(key: string): Promise<void> {
    assertKey(key);
    await this.#bucket.purge(key);
  }

  async #entry(key: string, version: string | undefined): Promise<KvEntry | null> {
    assertKey(key);
    if (version === undefined) return await this.#bucket.get(key);
    if (!/^\d{1,15}$/.test(version)) throw new GetSecretError('InvalidRequest');
    return await this.#bucket.get(key, { revision: Number(version) });
  }
}

/** What NATS takes for the key of an entry. */
function assertKey(key: string): void {
  if (!/^[-/=\w]+(?:\.[-/=\w]+)*$/.test(key)) throw new GetSecretError('InvalidRequest');
}
