import type { SqldbPostgresSettings } from '@wasmlattice/provider-host/config-schema';
import { SettingsError } from '@wasmlattice/provider-sdk';

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

/**
 * What the settings of a link mean (docs/spec/provider.md#10.12).
 *
 * @throws SettingsError
 */
export function databaseSettings(settings: SqldbPostgresSettings): DatabaseSettings {
  const { POSTGRES_TLS_REQUIRED: isTls, POSTGRES_TLS_CA: ca } = settings;
  if (ca !== undefined && !isTls) {
    throw new SettingsError('POSTGRES_TLS_CA counts with TLS only: set POSTGRES_TLS_REQUIRED to true');
  }
  return {
    host: settings.POSTGRES_HOST,
    port: settings.POSTGRES_PORT,
    user: settings.POSTGRES_USERNAME,
    password: settings.POSTGRES_PASSWORD,
    database: settings.POSTGRES_DATABASE,
    tls: isTls ? { ca } : undefined,
    poolSize: settings.POSTGRES_POOL_SIZE,
    isShared: settings.POSTGRES_SHARE_CONNECTIONS_BY_URL,
  };
}
