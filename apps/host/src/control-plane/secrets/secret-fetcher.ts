import {
  GetSecretError,
  policyText,
  referenceFromConfig,
  type Secret,
  type SecretReference,
  SecretReferenceError,
  type SecretsClient,
} from '@wasmlattice/secrets';
import type { ConfigStore } from '../lattice-store/config-store.js';

/** Who is to have secrets. */
export interface SecretOwner {
  /** The token of its artifact, as text; backends ask for it. */
  readonly token: string | undefined;
  /** The application that its annotations name. */
  readonly application: string | undefined;
}

/** Annotation with the name of the application that a workload belongs to. */
const applicationAnnotation = 'wasmcloud.dev/appspec';

/** The owner of the secrets of a workload that was started from an artifact. */
export function ownerOf(
  token: { readonly text: string } | undefined,
  annotations: Readonly<Record<string, string>>,
): SecretOwner {
  return { token: token?.text, application: annotations[applicationAnnotation] };
}

/** One secret with where it came from. */
export interface FetchedSecret {
  readonly reference: SecretReference;
  readonly secret: Secret;
}

export interface SecretFetcherOptions {
  readonly configs: Pick<ConfigStore, 'get'>;
  /** Absent without `--secrets-topic`. */
  readonly client: Pick<SecretsClient, 'get'> | undefined;
  readonly hostToken: string;
}

/** Gets secrets from the backends that their references name (docs/spec/security.md#7.1). */
export class SecretFetcher {
  readonly #options: SecretFetcherOptions;

  constructor(options: SecretFetcherOptions) {
    this.#options = options;
  }

  /**
   * One after the other, as upstream does. The first that fails fails all.
   *
   * @throws Error whose message and causes say which and why, and no value
   */
  async fetch(names: readonly string[], owner: SecretOwner): Promise<FetchedSecret[]> {
    const { client } = this.#options;
    if (names.length === 0) return [];
    if (client === undefined) throw new Error('secret store not configured, could not fetch secrets');
    if (owner.token === undefined) {
      throw new Error(
        'entity did not have an embedded JWT, required to fetch secrets (was this entity signed during build?)',
      );
    }
    const fetched: FetchedSecret[] = [];
    for (const name of names) {
      const reference = await this.#reference(name);
      fetched.push({
        reference,
        secret: await this.#secret(client, name, reference, owner.token, owner.application),
      });
    }
    return fetched;
  }

  async #reference(name: string): Promise<SecretReference> {
    const bytes = await this.#options.configs.get(name);
    if (bytes === undefined) {
      throw new Error(`Secret config ${name} not found in config store, could not create secret request`);
    }
    try {
      return referenceFromConfig(bytes);
    } catch (cause) {
      if (!(cause instanceof SecretReferenceError)) throw cause;
      throw new Error(
        `failed to deserialize secret reference from config store, ensure ${name} is a secret reference and not configuration`,
        { cause },
      );
    }
  }

  async #secret(
    client: Pick<SecretsClient, 'get'>,
    name: string,
    { backend, field, key, version, ...reference }: SecretReference,
    entityToken: string,
    application: string | undefined,
  ): Promise<Secret> {
    const { hostToken } = this.#options;
    const policy = policyText(reference);
    let got: Awaited<ReturnType<SecretsClient['get']>>;
    try {
      got = await client.get(backend, { key, field, version, entityToken, hostToken, application, policy });
    } catch (cause) {
      const what = cause instanceof GetSecretError ? 'server error' : 'could not be asked for';
      throw new Error(`${name} (key ${key} of backend ${backend}) ${what}`, { cause });
    }
    if (got === undefined) throw new Error(`secret ${name} did not contain a value`);
    return got.secret;
  }
}
