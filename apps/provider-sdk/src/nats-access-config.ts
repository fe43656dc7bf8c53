import type { SecretMap, SecretValue, StringMap } from '@wasmlattice/provider-host/protocol';
import type { NatsAccess } from './provider.js';

/** Config and secrets of the provider or of one link. */
export interface ConfigLayer {
  readonly config: StringMap;
  readonly secrets: SecretMap;
}

/** What a config says about a NATS server, each value as it is written there. */
export interface NatsAccessConfig {
  /** One URL, or several with commas between; without it the lattice's own server. */
  readonly url: string | undefined;
  readonly client_jwt?: string | undefined;
  readonly client_seed?: string | undefined;
  /** Certificates as PEM; comes before `tls_ca_file`. */
  readonly tls_ca?: string | undefined;
  readonly tls_ca_file?: string | undefined;
}

/** The keys that may be secrets. */
const secretKeys: ReadonlySet<string> = new Set(['client_jwt', 'client_seed', 'tls_ca']);

/**
 * The value of a key (docs/spec/provider.md#10): for credentials and certificates, the secret of that name
 * comes first.
 */
export function readConfigValue({ config, secrets }: ConfigLayer, key: string): string | undefined {
  return (secretKeys.has(key) ? secretText(secrets[key]) : undefined) ?? config[key];
}

/** Bytes as the UTF-8 that they are where a setting is a text; `undefined` without a secret. */
export function secretText(secret: SecretValue | undefined): string | undefined {
  if (secret === undefined) return undefined;
  return secret.kind === 'string' ? secret.value : new TextDecoder().decode(secret.value);
}

/**
 * How to reach the server a config names. The lattice's credentials are used for the lattice's own server only, unless
 * the config has others; they are never sent to another server.
 *
 * @param SettingsError the provider's own error for a config that can't be used, thrown when one of `client_jwt` and
 *   `client_seed` is missing; the message names it
 */
export function readNatsAccess(
  config: NatsAccessConfig,
  lattice: NatsAccess,
  SettingsError: new (message: string) => Error,
): NatsAccess {
  const { url, client_jwt: jwt, client_seed: seed, tls_ca: ca, tls_ca_file: caFile } = config;
  if ((jwt === undefined) !== (seed === undefined)) {
    throw new SettingsError(
      `client_${jwt === undefined ? 'jwt' : 'seed'} is missing: give both client_jwt and client_seed, or neither`,
    );
  }
  const { inboxPrefix, ...server } = lattice;
  const base = url === undefined ? server : { url };
  const isLatticeUser = url === undefined && jwt === undefined;
  return {
    ...base,
    // It is what that user may subscribe to.
    ...(isLatticeUser && inboxPrefix !== undefined && { inboxPrefix }),
    ...(jwt === undefined || seed === undefined ? {} : { credentials: { jwt, seed } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(ca === undefined && caFile !== undefined ? { tls: { caFile } } : {}),
  };
}
