import { GetSecretError } from '../protocol/get-secret-error.js';
import type { VersionedSecret } from '../protocol/messages.js';
import { Secret } from '../secret.js';
import type { SecretQuery, SecretsSource } from '../server/secrets-source.js';
import { mayHave } from './may-have.js';

/** Secrets in variables of an environment, for development: `{prefix}{key}`. There is one version of each. */
export class EnvironmentSecrets implements SecretsSource {
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #prefix: string;
  readonly #allowed: readonly string[];

  /** @param allowed public keys that may have them; all that are signed where it is empty */
  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    prefix: string,
    allowed: readonly string[] = [],
  ) {
    this.#environment = environment;
    this.#prefix = prefix;
    this.#allowed = allowed;
  }

  async get({ entity, key, version }: SecretQuery): Promise<VersionedSecret> {
    if (!mayHave(this.#allowed, entity)) throw new GetSecretError('Unauthorized');
    const name = `${this.#prefix}${key}`;
    const value = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined;
    if (value === undefined || (version ?? '1') !== '1') throw new GetSecretError('SecretNotFound');
    return { secret: Secret.ofText(value), version: '1' };
  }
}
