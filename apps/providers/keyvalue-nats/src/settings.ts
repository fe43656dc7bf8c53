import {
  type ConfigLayer,
  type NatsAccess,
  readConfigValue,
  readNatsAccess,
} from '@wasmlattice/provider-sdk';

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

/**
 * Reads the settings of a link (docs/spec/provider.md#10.4). The link's values come before the provider's
 * own, and secrets before configs. Without `cluster_uri` the store is on the lattice's own server, where the
 * lattice's credentials are used unless `client_jwt` and `client_seed` are given; they are never sent to
 * another server.
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
    access: readNatsAccess({ ...values, url: values.cluster_uri }, lattice, StoreSettingsError),
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

function valuesOf(layer: ConfigLayer): Values {
  const values: Record<string, string> = {};
  for (const key of valueKeys) {
    const value = readConfigValue(layer, key);
    if (value !== undefined && value !== '') values[key] = value;
  }
  return values;
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
