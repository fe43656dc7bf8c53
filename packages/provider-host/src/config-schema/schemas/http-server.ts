import type { ConfigKey, ConfigSchema } from '../config-schema.js';
import { unusedKeys } from './unused-keys.js';

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
    ...unusedKeys(['port', 'disable_keepalive'], ['provider', 'source']),
  ],
};
