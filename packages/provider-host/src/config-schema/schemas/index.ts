import type { ConfigKey, ConfigSchema } from './config-schema.js';

/** Settings of the connection that NATS providers open, as in docs/spec/provider.md#10. */
const natsAccess = (server: string): readonly ConfigKey[] => [
  {
    name: server,
    sides: ['provider', 'source', 'target'],
    defaultText: "the lattice's server",
    description: 'NATS URLs, separated by commas; user and password may be part of them',
  },
  ...['client_jwt', 'client_seed'].map(
    (name): ConfigKey => ({
      name,
      sides: ['provider', 'source', 'target'],
      defaultText: "the lattice's, on its own server only",
      description: 'better as secrets of the same names',
    }),
  ),
  ...['tls_ca', 'tls_ca_file'].map(
    (name): ConfigKey => ({
      name,
      sides: ['provider', 'source', 'target'],
      defaultText: "the system's authorities",
      description: 'PEM, or the path of a PEM file; both mean that TLS is required',
    }),
  ),
];

const unused = (names: readonly string[], sides: ConfigKey['sides']): ConfigKey[] =>
  names.map((name) => ({ name, sides, isIgnored: true }));

/** docs/spec/provider.md#10.4; `watch` as that of the provider on Redis. */
export const keyvalueNatsSchema: ConfigSchema = {
  provider: 'keyvalue-nats',
  keys: [
    {
      name: 'bucket',
      sides: ['provider', 'source', 'target'],
      defaultText: 'required',
      description: 'the KV bucket',
    },
    {
      name: 'enable_bucket_auto_create',
      sides: ['provider', 'source', 'target'],
      defaultText: '`false`',
      description: '`true` creates the bucket if there is none',
    },
    {
      name: 'watch',
      sides: ['source'],
      without: 'the component is told of nothing',
      defaultText: 'none',
      description: 'what to tell a component of, see below',
    },
    ...natsAccess('cluster_uri'),
    {
      name: 'js_domain',
      sides: ['provider', 'source', 'target'],
      defaultText: 'none',
      description: 'JetStream domain',
    },
  ],
};

/** docs/spec/provider.md#10.10 */
export const messagingNatsSchema: ConfigSchema = {
  provider: 'messaging-nats',
  keys: [
    {
      name: 'subscriptions',
      sides: ['provider', 'source'],
      without: 'the component gets no message',
      defaultText: 'none',
      description: '`subject` or `subject\\|queue`, with commas between several; wildcards allowed',
    },
    ...natsAccess('cluster_uris'),
    {
      name: 'custom_inbox_prefix',
      sides: ['provider', 'source', 'target'],
      defaultText: '`_INBOX`',
      description: 'where answers to requests arrive',
    },
    // Refused with words of its own by the provider.
    { name: 'consumers', sides: ['provider', 'source', 'target'] },
    ...unused(['ping_interval_sec'], ['provider', 'source', 'target']),
  ],
};

/** docs/spec/provider.md#10.6 */
export const blobstoreFsSchema: ConfigSchema = {
  provider: 'blobstore-fs',
  anyCase: true,
  keys: [
    {
      name: 'ROOT',
      sides: ['provider', 'target'],
      without: 'objects go to a directory for temporary files',
      defaultText: '`<directory for temporary files>/<component id>`',
      description: 'an absolute path, the key in any case; the directory is made if there is none',
    },
  ],
};

/** docs/spec/host-config.md#7.1 and docs/spec/provider.md#10.1 */
export const httpServerSchema: ConfigSchema = {
  provider: 'http-server',
  anyCase: true,
  documents: ['config_b64', 'config_json'],
  keys: [
    {
      name: 'default_address',
      sides: ['provider'],
      without: 'links without an `address` listen on 0.0.0.0:8000, for the whole network',
    },
    { name: 'routing_mode', sides: ['provider'] },
    { name: 'header', sides: ['provider'] },
    {
      name: 'address',
      sides: ['source'],
      providerName: 'default_address',
      without: 'the link listens on the default address, 0.0.0.0:8000 unless the provider says otherwise',
    },
    ...['path', 'path_prefix', 'host'].map((name): ConfigKey => ({ name, sides: ['source'] })),
    ...[
      'timeout_ms',
      'max_body_bytes',
      'readonly_mode',
      'cache_control',
      'tls_cert_file',
      'tls_priv_key_file',
      'max_header_bytes',
      'header_timeout_ms',
      'trusted_proxies',
      'access_log',
      'compression',
      'cors_allowed_origins',
      'cors_allowed_headers',
      'cors_allowed_methods',
      'cors_exposed_headers',
      'cors_max_age_secs',
    ].map((name): ConfigKey => ({ name, sides: ['provider', 'source'] })),
    { name: 'config_b64', sides: ['source'] },
    { name: 'config_json', sides: ['source'] },
    ...unused(['port', 'disable_keepalive'], ['provider', 'source']),
  ],
};

const postgresKeys: readonly (readonly [name: string, defaultText: string, description: string])[] = [
  ['POSTGRES_HOST', 'required', 'name or address of the server, or the folder of its socket'],
  ['POSTGRES_PORT', 'required', '5432 with most servers'],
  ['POSTGRES_USERNAME', 'required', 'the role that logs in'],
  ['POSTGRES_PASSWORD', 'required', 'better as a secret'],
  ['POSTGRES_DATABASE', 'required', 'its name'],
  [
    'POSTGRES_TLS_REQUIRED',
    '`false`',
    '`true` or `yes`: the connection is encrypted and the certificate checked',
  ],
  ['POSTGRES_TLS_CA', "the system's authorities", 'certificates as PEM; needs `POSTGRES_TLS_REQUIRED`'],
  ['POSTGRES_POOL_SIZE', '10', 'most connections of the link'],
  [
    'POSTGRES_SHARE_CONNECTIONS_BY_URL',
    '`false`',
    '`true` or `yes`: links with the same settings share their connections',
  ],
];

/** docs/spec/provider.md#10.12; each may be a secret of that name. */
export const sqldbPostgresSchema: ConfigSchema = {
  provider: 'sqldb-postgres',
  keys: postgresKeys.map(([name, defaultText, description]) => ({
    name,
    sides: ['provider', 'target'],
    defaultText,
    description,
  })),
};

const schemas = [
  httpServerSchema,
  keyvalueNatsSchema,
  messagingNatsSchema,
  blobstoreFsSchema,
  sqldbPostgresSchema,
];

/**
 * The settings of the provider that a reference names, as far as they are known: built-in ones by their name, others by that of their
 * repository, package folder or file, such as `ghcr.io/wasmcloud/keyvalue-nats:0.3.1` or
 * `file:///…/provider-keyvalue-nats/dist/main.js`.
 */
export function configSchemaOf(reference: string): ConfigSchema | undefined {
  const words = reference
    .split('/')
    .map((part) => (part.split(/[:@.]/, 1)[0] ?? '').replace(/^provider-/, '').replaceAll('_', '-'));
  return schemas.findLast(({ provider }) => words.includes(provider));
}
