import type { StringMap } from '@wasmlattice/control-interface/types';
import {
  type ConfigFindings,
  checkLinkConfig,
  checkProviderConfig,
  httpServerSchema,
} from '../../config-schema/index.js';
import { ProviderConfigError } from '../../errors.js';
import { parseSocketAddress, type SocketAddress } from './socket-address.js';

/** Provider config of the built-in HTTP server (docs/spec/host-config.md#7.1). */
export interface HttpServerSettings {
  /** Where a link listens that gives no address of its own. */
  readonly defaultAddress: SocketAddress;
}

const defaultAddress: SocketAddress = { host: '0.0.0.0', port: 8000 };

/** Reads the provider config; throws a {@link ProviderConfigError} naming the key. */
export function parseHttpServerSettings(config: StringMap): HttpServerSettings {
  refuse(checkProviderConfig(httpServerSchema, config));
  const routingMode = config.routing_mode ?? 'address';
  if (routingMode === 'path' || routingMode === 'host') {
    throw new ProviderConfigError(
      `routing_mode "${routingMode}" is not available yet in the built-in HTTP server: use "address", or an HTTP server provider that runs as a process`,
    );
  }
  if (routingMode !== 'address') throw new ProviderConfigError(`unknown routing_mode: ${routingMode}`);
  const address = config.default_address;
  return {
    defaultAddress: address === undefined ? defaultAddress : parseAddress('default_address', address),
  };
}

/** Link source config of the built-in HTTP server in address mode. */
export interface HttpLinkSettings {
  readonly address: SocketAddress;
  /** What was given and has no effect; a TLS key among it matters. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configs of a link, of which the source's is the server's; keys may be in any case. `config_json` or `config_b64` (base64,
 * padding or not) hold all settings as JSON, all other keys are ignored then. Throws a {@link ProviderConfigError} naming the key.
 */
export function parseHttpLinkSettings(
  link: { readonly sourceConfig: StringMap; readonly targetConfig: StringMap },
  provider: { readonly settings: HttpServerSettings; readonly config: StringMap },
): HttpLinkSettings {
  const settings = documentOf(link.sourceConfig) ?? lowerCaseKeys(link.sourceConfig);
  const { address, port } = settings;
  if (port !== undefined && !isPort(port)) {
    throw new ProviderConfigError(`port must be a number from 0 to 65535, got ${JSON.stringify(port)}`);
  }
  // Of a document the keys alone count.
  const source = Object.fromEntries(Object.keys(settings).map((key) => [key, '']));
  const configs = { source, target: link.targetConfig };
  const { warnings } = refuse(checkLinkConfig(httpServerSchema, 'source', configs, provider.config));
  return {
    address:
      address === undefined || address === null
        ? provider.settings.defaultAddress
        : parseAddress('address', address),
    warnings,
  };
}

function refuse(findings: ConfigFindings): ConfigFindings {
  const { refusals } = findings;
  if (refusals.length > 0) throw new ProviderConfigError(refusals.join('; '));
  return findings;
}

type Settings = Readonly<Record<string, unknown>>;

function lowerCaseKeys(config: StringMap): Settings {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.toLowerCase(), value]));
}

function documentOf(config: StringMap): Settings | undefined {
  const { config_b64: base64, config_json: json } = lowerCaseKeys(config) as Readonly<
    Record<string, string | undefined>
  >;
  if (base64 !== undefined)
    return parseDocument('config_b64', Buffer.from(base64, 'base64').toString('utf8'));
  return json === undefined ? undefined : parseDocument('config_json', json);
}

function parseDocument(key: string, text: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProviderConfigError(`${key} does not hold valid JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProviderConfigError(`${key} must hold a JSON object with the settings`);
  }
  return value as Settings;
}

function parseAddress(key: string, value: unknown): SocketAddress {
  const address = typeof value === 'string' ? parseSocketAddress(value) : undefined;
  if (address === undefined) {
    throw new ProviderConfigError(
      `${key} must be an IP address and a port such as "127.0.0.1:8000" or "[::1]:8000", got ${JSON.stringify(value)}`,
    );
  }
  return address;
}

function isPort(value: unknown): boolean {
  const port = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= 65_535;
}
