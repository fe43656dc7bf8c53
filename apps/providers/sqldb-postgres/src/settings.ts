import { type ConfigLayer, secretText } from '@wasmlattice/provider-sdk';

/** How to reach the database of a link. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `undefined`: without TLS. `ca` is PEM; else the system's authorities count. */
  readonly tls: { readonly ca: string | undefined } | undefined;
  readonly poolSize: number;
  /** Whether links with the same settings have the same connections. */
  readonly isShared: boolean;
}

/** A link config that can't be used; the message names the key and never a value that may be a secret. */
export class DatabaseSettingsError extends Error {
  override readonly name = 'DatabaseSettingsError';
}

const required = [
  'POSTGRES_HOST',
  'POSTGRES_PORT',
  'POSTGRES_USERNAME',
  'POSTGRES_PASSWORD',
  'POSTGRES_DATABASE',
] as const;

type Read = (key: string) => string | undefined;

/**
 * Reads the settings of a link (docs/spec/provider.md#10.12): its values come before the provider's own, and secrets before configs.
 *
 * @throws DatabaseSettingsError
 */
export function readDatabaseSettings(link: ConfigLayer, provider: ConfigLayer): DatabaseSettings {
  const read: Read = (key) => textOf(link, key) ?? textOf(provider, key);
  const missing = required.filter((key) => read(key) === undefined);
  if (missing.length > 0) {
    throw new DatabaseSettingsError(
      `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing: put ${missing.length === 1 ? 'it' : 'them'} into the target config or the secrets of the link`,
    );
  }
  const [host = '', port = '', user = '', password = '', database = ''] = required.map(read);
  const ca = read('POSTGRES_TLS_CA');
  const isTls = readSwitch(read, 'POSTGRES_TLS_REQUIRED');
  if (ca !== undefined && !isTls) {
    throw new DatabaseSettingsError(
      'POSTGRES_TLS_CA counts with TLS only: set POSTGRES_TLS_REQUIRED to true',
    );
  }
  return {
    host,
    port: readNumber('POSTGRES_PORT', port, 65_535),
    user,
    password,
    database,
    tls: isTls ? { ca } : undefined,
    poolSize: readNumber('POSTGRES_POOL_SIZE', read('POSTGRES_POOL_SIZE') ?? '10', 1_000),
    isShared: readSwitch(read, 'POSTGRES_SHARE_CONNECTIONS_BY_URL'),
  };
}

function textOf({ config, secrets }: ConfigLayer, key: string): string | undefined {
  const text = secretText(secrets[key]) ?? config[key];
  return text === '' ? undefined : text;
}

function readNumber(key: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new DatabaseSettingsError(`${key} is ${JSON.stringify(text)}: give a whole number from 1 to ${most}`);
}

function readSwitch(read: Read, key: string): boolean {
  const text = read(key)?.toLowerCase() ?? 'false';
  if (['true', 'yes'].includes(text)) return true;
  if (['false', 'no'].includes(text)) return false;
  throw new DatabaseSettingsError(`${key} is ${JSON.stringify(text)}: give true or false`);
}
