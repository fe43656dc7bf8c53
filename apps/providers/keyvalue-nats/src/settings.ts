import type { NatsAccess, SecretMap, SecretValue, StringMap } from '@wasmlattice/provider-sdk';

/** Where a link's keys and values are. */
export interface StoreSettings {
  readonly bucket: string;
  readonly access: NatsAccess;
  readonly jsDomain: string | undefined;
  /** Create the bucket when there is none. */
  readonly autoCreate: boolean;
}

/** A link config that can't be used; the message names the key. */
export class StoreSettingsError extends Error {
  override readonly name = 'StoreSettingsError';
}

/** Config and secrets of the provider or of one link. */
export interface ConfigLayer {
  readonly config: StringMap;
  readonly secrets: SecretMap;
}

/**
 * Reads the settings of a link (provider.md §10, keyvalue-nats). The link's values come before the provider's own,
 * and secrets before configs. Without `cluster_uri` the store is on the lattice's own server, where the lattice's
 * credentials are used unless `client_jwt` and `client_seed` are given; they are never sent to another server.
 *
 * Throws a {@link StoreSettingsError}.
 */
export function readStoreSettings(
  link: ConfigLayer,
  provider: ConfigLayer,
  lattice: NatsAccess,
): StoreSettings {
  const values = { ...valuesOf(provider), ...valuesOf(link) };
  // A link that says something, but not which bucket, most likely misspelt it: the provider's would be a surprise.
  const { bucket } = Object.keys(link.config).length === 0 ? values : link.config;
  return {
    bucket: checkBucket(bucket),
    access: readAccess(values, lattice),
    jsDomain: values.js_domain,
    autoCreate: values.enable_bucket_auto_create?.toLowerCase() === 'true',
  };
}

const valueKeys = [
  'bucket',
  'cluster_uri',
  'js_domain',
  'client_jwt',
  'client_seed',
  'tls_ca',
  'tls_ca_file',
  'enable_bucket_auto_create',
] as const;

type Values = { readonly [K in (typeof valueKeys)[number]]?: string };

/** The keys that may be secrets. */
const secretKeys: ReadonlySet<string> = new Set(['client_jwt', 'client_seed', 'tls_ca']);

function valuesOf({ config, secrets }: ConfigLayer): Values {
  const values: Record<string, string> = {};
  for (const key of valueKeys) {
    const value = (secretKeys.has(key) ? secretText(secrets[key]) : undefined) ?? config[key];
    if (value !== undefined && value !== '') values[key] = value;
  }
  return values;
}

function secretText(secret: SecretValue | undefined): string | undefined {
  if (secret === undefined) return undefined;
  return secret.kind === 'string' ? secret.value : new TextDecoder().decode(secret.value);
}

function checkBucket(bucket: string | undefined): string {
  if (bucket === undefined || bucket === '') {
    throw new StoreSettingsError(
      'missing required configuration item: bucket; put the name of a NATS KV bucket into the target config of the link',
    );
  }
  if (!/^[-\w]+$/.test(bucket)) {
    throw new StoreSettingsError(
      `${JSON.stringify(bucket)} is no name for a bucket: use letters, digits, "_" and "-" only`,
    );
  }
  return bucket;
}

function readAccess(values: Values, lattice: NatsAccess): NatsAccess {
  const { cluster_uri: url, client_jwt: jwt, client_seed: seed, tls_ca: ca, tls_ca_file: caFile } = values;
  if ((jwt === undefined) !== (seed === undefined)) {
    throw new StoreSettingsError(
      `client_${jwt === undefined ? 'jwt' : 'seed'} is missing: give both client_jwt and client_seed, or neither`,
    );
  }
  const base = url === undefined ? lattice : { url };
  return {
    ...base,
    ...(jwt === undefined || seed === undefined ? {} : { credentials: { jwt, seed } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(ca === undefined && caFile !== undefined ? { tls: { caFile } } : {}),
  };
}
