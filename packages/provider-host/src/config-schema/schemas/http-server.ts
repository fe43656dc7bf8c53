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
      defaultText: '`0.0.0.0:8000`',
      description:
        'of the provider: where links listen that give no address; where all are served by path or host',
    },
    {
      name: 'routing_mode',
      sides: ['provider'],
      defaultText: '`address`',
      description:
        'of the provider: `address`, a listener for each link; `path` or `host`, one for all links',
    },
    {
      name: 'header',
      sides: ['provider'],
      defaultText: '`host`',
      description: 'of the provider: the header that `routing_mode` `host` goes by',
    },
    {
      name: 'address',
      sides: ['source'],
      providerName: 'default_address',
      without: 'the link listens on the default address, 0.0.0.0:8000 unless the provider says otherwise',
      defaultText: '`default_address`',
      description: 'of a link, by address: IP address and port',
    },
    link('path', 'by path: the path as it is sent, without its query'),
    link('path_prefix', 'by path, in place of `path`: that path and all below it; the longest wins'),
    link('host', 'by host: the value of the header; `*.example.org` takes all names below'),
    both('timeout_ms', 'none', 'longest time until a response begins, else a 408'),
    both('max_body_bytes', 'none', 'longest body of a request, else a 413'),
    both('readonly_mode', '`false`', 'only GET and HEAD, else a 405'),
    both('cache_control', 'none', '`Cache-Control` added to each response'),
    both('tls_cert_file', 'none', 'PEM files, both or neither: HTTPS; read again when they change'),
    both('tls_priv_key_file', 'none', 'PEM files, both or neither: HTTPS; read again when they change'),
    both('max_header_bytes', '`65536`', 'longest head of a request, else a 431'),
    both('header_timeout_ms', '`60000`', 'longest time for a head, else a 408'),
    both('trusted_proxies', 'none', 'addresses and networks of proxies whose `X-Forwarded-…` counts'),
    both('access_log', '`false`', 'a line in the log for each request'),
    both('compression', 'none', '`br`, `gzip`, `zstd`, the best first'),
    ...['cors_allowed_origins', 'cors_allowed_headers', 'cors_allowed_methods', 'cors_exposed_headers'].map(
      (name) => both(name, 'none', 'lists with commas or as JSON; with one of them preflights are answered'),
    ),
    both('cors_max_age_secs', '`300`', 'how long a preflight counts'),
    link('config_b64', 'all of it as JSON, in its place'),
    link('config_json', 'all of it as JSON, in its place'),
    ...unusedKeys(['port', 'disable_keepalive'], ['provider', 'source']),
  ],
};

function link(name: string, description: string): ConfigKey {
  return { name, sides: ['source'], defaultText: 'none', description: `of a link, ${description}` };
}

/** Of the provider: for links that say nothing of it. */
function both(name: string, defaultText: string, description: string): ConfigKey {
  return { name, sides: ['provider', 'source'], defaultText, description };
}
