import { isIP } from 'node:net';
import type { StringMap } from '@wasmlattice/control-interface/types';
import {
  type ConfigFindings,
  checkLinkConfig,
  checkProviderConfig,
  httpServerSchema,
} from '../../config-schema/index.js';
import { ProviderConfigError } from '../../errors.js';
import { readCors } from './cors-settings.js';
import type { HeadLimits, HttpRouting, RouteMatch, RoutePolicy } from './http-targets.js';
import type { SocketAddress } from './socket-address.js';
import type { TlsFiles } from './tls-files.js';
import {
  parseAddress,
  readFlag,
  readList,
  readNumber,
  readText,
  type Settings,
  settingsOf,
} from './values.js';

/** Provider config of the built-in HTTP server (docs/spec/host-config.md#7.1). */
export interface HttpServerSettings {
  readonly routing: HttpRouting;
  /** Where a link listens that gives no address of its own; where all of them are served if it goes by path or host. */
  readonly defaultAddress: SocketAddress;
  /** Of links that say nothing else. */
  readonly policy: RoutePolicy;
  readonly listener: ListenerSettings;
}

/** What belongs to an address: of the link where each has its own, of the provider where it is one for all. */
export interface ListenerSettings {
  readonly tls: TlsFiles | undefined;
  readonly head: HeadLimits;
  readonly trustedProxies: readonly string[] | undefined;
}

const defaultAddress: SocketAddress = { host: '0.0.0.0', port: 8000 };

/** Reads the provider config; throws a {@link ProviderConfigError} naming the key. */
export function parseHttpServerSettings(config: StringMap): HttpServerSettings {
  refuse(checkProviderConfig(httpServerSchema, config));
  const address = config.default_address;
  return {
    routing: parseRouting(config),
    defaultAddress: address === undefined ? defaultAddress : parseAddress('default_address', address),
    policy: parsePolicy(settingsOf(config)),
    listener: parseListener(settingsOf(config)),
  };
}

const fieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

function parseRouting({ routing_mode: mode = 'address', header = 'host' }: StringMap): HttpRouting {
  switch (mode) {
    case 'address':
    case 'path':
      return { by: mode };
    case 'host':
      if (fieldName.test(header)) return { by: 'host', header: header.toLowerCase() };
      throw new ProviderConfigError(`header must be the name of a header, got ${JSON.stringify(header)}`);
    default:
      throw new ProviderConfigError(`unknown routing_mode: ${mode}`);
  }
}

/** Link source config of the built-in HTTP server. */
export interface HttpLinkSettings {
  /** Where the server goes by address. */
  readonly address: SocketAddress;
  readonly match: RouteMatch;
  readonly policy: RoutePolicy;
  /** Where the server goes by address. */
  readonly listener: ListenerSettings;
  /** What was given and has no effect; a TLS key among it matters. */
  readonly warnings: readonly string[];
}

/** Longer timers overflow. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Reads the configs of a link, of which the source's is the server's (docs/spec/provider.md#10). Throws a {@link ProviderConfigError} naming
 * the key.
 */
export function parseHttpLinkSettings(
  link: { readonly sourceConfig: StringMap; readonly targetConfig: StringMap },
  provider: { readonly settings: HttpServerSettings; readonly config: StringMap },
): HttpLinkSettings {
  const server = provider.settings;
  const settings = settingsOf(link.sourceConfig);
  const { address } = settings;
  // Upstream checks it, and then takes that of the address.
  readNumber(settings, 'port', 0, 65_535);
  // Of a document the keys alone count.
  const source = Object.fromEntries(Object.keys(settings).map((key) => [key, '']));
  const configs = { source, target: link.targetConfig };
  const { warnings } = refuse(checkLinkConfig(httpServerSchema, 'source', configs, provider.config));
  return {
    address:
      address === undefined || address === null ? server.defaultAddress : parseAddress('address', address),
    match: parseMatch(settings, server.routing),
    policy: withDefaults(parsePolicy(settings), server.policy),
    listener: listenerOf(parseListener(settings), server.listener),
    warnings: warnings.map(({ message }) => message),
  };
}

function refuse(findings: ConfigFindings): ConfigFindings {
  const { refusals } = findings;
  if (refusals.length > 0) throw new ProviderConfigError(refusals.map(({ message }) => message).join('; '));
  return findings;
}

const path = /^\/[^?#\s]*$/;
const anyText = /\S/;

function parseMatch(settings: Settings, routing: HttpRouting): RouteMatch {
  switch (routing.by) {
    case 'address':
      return { kind: 'any' };
    case 'path': {
      const form = 'a path that begins with "/", without a query';
      const exact = readText(settings, 'path', path, form);
      const prefix = readText(settings, 'path_prefix', path, form);
      if ((exact === undefined) === (prefix === undefined)) {
        throw new ProviderConfigError(
          'a link of a server that goes by path needs either `path`, which is matched as it is, or `path_prefix`',
        );
      }
      if (exact !== undefined) return { kind: 'exact', value: exact };
      return { kind: 'below', value: prefix === '/' ? '/' : (prefix?.replace(/\/$/, '') ?? '') };
    }
    case 'host': {
      const host = readText(settings, 'host', anyText, 'a value of the header');
      if (host === undefined)
        throw new ProviderConfigError('a link of a server that goes by host needs `host`');
      return host.startsWith('*.')
        ? { kind: 'below', value: host.slice(2).toLowerCase() }
        : { kind: 'exact', value: host };
    }
  }
}

function parsePolicy(settings: Settings): RoutePolicy {
  return {
    timeoutMs: readNumber(settings, 'timeout_ms', 1, longestTimerMs),
    maxBodyBytes: readNumber(settings, 'max_body_bytes', 0, Number.MAX_SAFE_INTEGER),
    isReadOnly: readFlag(settings, 'readonly_mode'),
    cors: readCors(settings),
    compression: readCompression(settings),
    logsAccess: readFlag(settings, 'access_log'),
    cacheControl: readText(settings, 'cache_control', /^[\t\x20-\x7e]+$/, 'a value of a header'),
  };
}

function withDefaults<Values extends object>(values: Values, defaults: Values): Values {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

const encodings = ['br', 'gzip', 'zstd'] as const;
type Encoding = (typeof encodings)[number];

function isEncoding(text: string): text is Encoding {
  return encodings.some((encoding) => encoding === text);
}

function readCompression(settings: Settings): readonly Encoding[] | undefined {
  const list = readList(settings, 'compression', isEncoding, 'br, gzip and zstd');
  return list === undefined || list.length === 0 ? undefined : list.filter(isEncoding);
}

const filePath = /^[^\0]+$/;

function parseListener(settings: Settings): ListenerSettings {
  const certFile = readText(settings, 'tls_cert_file', filePath, 'a path');
  const keyFile = readText(settings, 'tls_priv_key_file', filePath, 'a path');
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new ProviderConfigError(
      'tls_cert_file and tls_priv_key_file need each other: give both or neither',
    );
  }
  return {
    tls: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
    head: {
      maxHeadBytes: readNumber(settings, 'max_header_bytes', 1_024, 1_048_576),
      headTimeoutMs: readNumber(settings, 'header_timeout_ms', 1, longestTimerMs),
    },
    trustedProxies: readList(
      settings,
      'trusted_proxies',
      isNetwork,
      'IP addresses and networks such as 10.0.0.0/8',
    ),
  };
}

function listenerOf(own: ListenerSettings, defaults: ListenerSettings): ListenerSettings {
  return {
    tls: own.tls ?? defaults.tls,
    head: withDefaults(own.head, defaults.head),
    trustedProxies: own.trustedProxies ?? defaults.trustedProxies,
  };
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...others] = text.split('/');
  const family = isIP(address);
  if (family === 0 || others.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}
