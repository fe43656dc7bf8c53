import { flag, text, wholeNumber } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';

export interface SqldbPostgresSettings {
  readonly POSTGRES_HOST: string;
  readonly POSTGRES_PORT: number;
  readonly POSTGRES_USERNAME: string;
  readonly POSTGRES_PASSWORD: string;
  readonly POSTGRES_DATABASE: string;
  readonly POSTGRES_TLS_REQUIRED: boolean;
  /** PEM */
  readonly POSTGRES_TLS_CA: string | undefined;
  readonly POSTGRES_POOL_SIZE: number;
  readonly POSTGRES_SHARE_CONNECTIONS_BY_URL: boolean;
}

/** docs/spec/provider.md#10.12; each may be a secret of that name. */
export const sqldbPostgresSchema: SettingsSchema<SqldbPostgresSettings> = defineSettings({
  provider: 'sqldb-postgres',
  settings: {
    POSTGRES_HOST: text({
      required: true,
      secret: 'possible',
      description: 'name or address of the server, or the folder of its socket',
    }),
    POSTGRES_PORT: wholeNumber({
      least: 1,
      most: 65_535,
      required: true,
      secret: 'possible',
      description: '5432 with most servers',
    }),
    POSTGRES_USERNAME: text({ required: true, secret: 'possible', description: 'the role that logs in' }),
    POSTGRES_PASSWORD: text({ required: true, secret: 'advised', description: 'better as a secret' }),
    POSTGRES_DATABASE: text({ required: true, secret: 'possible', description: 'its name' }),
    POSTGRES_TLS_REQUIRED: flag({
      secret: 'possible',
      description: '`true` or `yes`: the connection is encrypted and the certificate checked',
    }),
    POSTGRES_TLS_CA: text({
      secret: 'possible',
      defaultText: "the system's authorities",
      description: 'certificates as PEM; needs `POSTGRES_TLS_REQUIRED`',
    }),
    POSTGRES_POOL_SIZE: wholeNumber({
      least: 1,
      most: 1_000,
      default: 10,
      secret: 'possible',
      description: 'most connections of the link',
    }),
    POSTGRES_SHARE_CONNECTIONS_BY_URL: flag({
      secret: 'possible',
      description: '`true` or `yes`: links with the same settings share their connections',
    }),
  },
});
