import type { InterfaceLinkDefinition, StringMap } from '@wasmlattice/control-interface/types';
import {
  asBoolean,
  asNumber,
  asString,
  asStringMap,
  asStrings,
  type JsonObject,
  optionalField,
  parseObject,
  stringField,
} from './fields.js';
import { linkFromJson, linkToJson } from './link-definition.js';
import { defaultOtelConfig, type OtelConfig, otelConfigFromJson, otelConfigToJson } from './otel-config.js';
import { ProviderProtocolError } from './protocol-error.js';
import { type SecretMap, secretsFromJson, secretsToJson } from './secret-value.js';

/** Everything a provider needs to begin: one line on its standard input (docs/spec/provider.md#1.1). */
export interface HostData {
  /** Public nkey of the host, `N…`. */
  readonly hostId: string;
  /** Name of the lattice. */
  readonly latticeRpcPrefix: string;
  /** Always `default`. */
  readonly linkName: string;
  /** Credentials for the rpc connection, empty without. */
  readonly latticeRpcUserJwt: string;
  readonly latticeRpcUserSeed: string;
  /** Empty means `nats://127.0.0.1:4222`. */
  readonly latticeRpcUrl: string;
  /** First tokens of the inboxes that the user may have. A member of ours, which others don't write and drop. */
  readonly latticeRpcInboxPrefix?: string | undefined;
  /** Present to refuse a server without TLS; `ca`: certificates to trust, PEM. A member of ours. */
  readonly latticeRpcTls?: { readonly ca?: string | undefined } | undefined;
  /** Id of the provider: opaque, not a key. */
  readonly providerKey: string;
  readonly envValues: StringMap;
  /** UUID of this one start of the process. */
  readonly instanceId: string;
  /** Every link the provider is source or target of; secrets are sealed for its xkey. */
  readonly linkDefinitions: readonly InterfaceLinkDefinition[];
  readonly clusterIssuers: readonly string[];
  /** Merged named config. */
  readonly config: StringMap;
  /** The provider's own secrets, in clear. */
  readonly secrets: SecretMap;
  /** `X…`; empty from hosts before 1.1. */
  readonly hostXkeyPublicKey: string;
  /** `SX…`: made for each provider start command, kept over restarts. */
  readonly providerXkeyPrivateKey: string;
  readonly defaultRpcTimeoutMs?: number | undefined;
  readonly structuredLogging: boolean;
  /** `error`, `warn`, `info`, `debug`, `trace` or `critical`. */
  readonly logLevel?: string | undefined;
  readonly otelConfig: OtelConfig;
}

const what = 'HostData';

/** The JSON object of {@link HostData}, members in upstream's order. */
export function hostDataToJson(data: HostData): JsonObject {
  return {
    host_id: data.hostId,
    lattice_rpc_prefix: data.latticeRpcPrefix,
    link_name: data.linkName,
    lattice_rpc_user_jwt: data.latticeRpcUserJwt,
    lattice_rpc_user_seed: data.latticeRpcUserSeed,
    lattice_rpc_url: data.latticeRpcUrl,
    ...(data.latticeRpcInboxPrefix !== undefined && { lattice_rpc_inbox_prefix: data.latticeRpcInboxPrefix }),
    ...(data.latticeRpcTls !== undefined && {
      lattice_rpc_tls: data.latticeRpcTls.ca === undefined ? {} : { ca: data.latticeRpcTls.ca },
    }),
    provider_key: data.providerKey,
    env_values: data.envValues,
    instance_id: data.instanceId,
    link_definitions: data.linkDefinitions.map(linkToJson),
    cluster_issuers: data.clusterIssuers,
    config: data.config,
    secrets: secretsToJson(data.secrets),
    host_xkey_public_key: data.hostXkeyPublicKey,
    provider_xkey_private_key: data.providerXkeyPrivateKey,
    ...(data.defaultRpcTimeoutMs === undefined ? {} : { default_rpc_timeout_ms: data.defaultRpcTimeoutMs }),
    structured_logging: data.structuredLogging,
    ...(data.logLevel === undefined ? {} : { log_level: data.logLevel }),
    otel_config: otelConfigToJson(data.otelConfig),
  };
}

/**
 * Inverse of {@link hostDataToJson}: members may come in any order, and any may be missing. Throws
 * {@link ProviderProtocolError} naming the member whose type is wrong.
 */
export function hostDataFromJson(json: JsonObject): HostData {
  const text = (name: string, fallback = ''): string => stringField(json, name, what, fallback);
  return {
    hostId: text('host_id'),
    latticeRpcPrefix: text('lattice_rpc_prefix'),
    linkName: text('link_name'),
    latticeRpcUserJwt: text('lattice_rpc_user_jwt'),
    latticeRpcUserSeed: text('lattice_rpc_user_seed'),
    latticeRpcUrl: text('lattice_rpc_url'),
    latticeRpcInboxPrefix: optionalField(json, 'lattice_rpc_inbox_prefix', what, asString),
    latticeRpcTls: optionalField(json, 'lattice_rpc_tls', what, asStringMap),
    providerKey: text('provider_key'),
    envValues: optionalField(json, 'env_values', what, asStringMap) ?? {},
    instanceId: text('instance_id'),
    linkDefinitions: optionalField(json, 'link_definitions', what, readLinks) ?? [],
    clusterIssuers: optionalField(json, 'cluster_issuers', what, asStrings) ?? [],
    config: optionalField(json, 'config', what, asStringMap) ?? {},
    secrets: optionalField(json, 'secrets', what, secretsFromJson) ?? {},
    hostXkeyPublicKey: text('host_xkey_public_key'),
    providerXkeyPrivateKey: text('provider_xkey_private_key'),
    defaultRpcTimeoutMs: optionalField(json, 'default_rpc_timeout_ms', what, asNumber),
    structuredLogging: optionalField(json, 'structured_logging', what, asBoolean) ?? false,
    logLevel: optionalField(json, 'log_level', what, asString),
    otelConfig: optionalField(json, 'otel_config', what, otelConfigFromJson) ?? defaultOtelConfig,
  };
}

/** The line for the provider's standard input: base64 with padding, then CR LF. */
export function encodeHostData(data: HostData): string {
  return `${Buffer.from(JSON.stringify(hostDataToJson(data)), 'utf8').toString('base64')}\r\n`;
}

/** Inverse of {@link encodeHostData}; whitespace around the line does not matter. */
export function decodeHostData(line: string): HostData {
  const text = line.trim();
  if (text === '') {
    throw new ProviderProtocolError(
      'no HostData on standard input: a provider is started by a host, not by hand',
    );
  }
  if (!base64.test(text)) throw new ProviderProtocolError('HostData on standard input is not base64');
  return hostDataFromJson(parseObject(Buffer.from(text, 'base64').toString('utf8'), what));
}

const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

function readLinks(value: unknown, name: string): readonly InterfaceLinkDefinition[] {
  if (!Array.isArray(value)) throw new ProviderProtocolError(`${name} must be an array`);
  return value.map((link, index) => linkFromJson(link, `${name}[${index}]`));
}
