import { sqldbPostgresSchema } from '@wasmlattice/provider-host/config-schema';
import { type ConfigLayer, readSettings } from '@wasmlattice/provider-sdk';
import { describe, expect, it } from 'vitest';
import { type DatabaseSettings, databaseSettings } from './settings.js';

const full = {
  POSTGRES_HOST: 'db.internal',
  POSTGRES_PORT: '5432',
  POSTGRES_USERNAME: 'app',
  POSTGRES_PASSWORD: 'from the config',
  POSTGRES_DATABASE: 'tasks',
};
const layer = (config: ConfigLayer['config'], secrets: ConfigLayer['secrets'] = {}): ConfigLayer => ({
  config,
  secrets,
});
const none = layer({});
const readDatabaseSettings = (link: ConfigLayer, provider: ConfigLayer): DatabaseSettings =>
  databaseSettings(readSettings(sqldbPostgresSchema, { side: 'target', link, provider }));

describe('the settings of a link', () => {
  it('have their defaults', () => {
    expect(readDatabaseSettings(layer(full), none)).toEqual({
      host: 'db.internal',
      port: 5432,
      user: 'app',
      password: 'from the config',
      database: 'tasks',
      tls: undefined,
      poolSize: 10,
      isShared: false,
    });
  });

  it('prefer a secret to a config, and the link to the provider', () => {
    const secret = { kind: 'string', value: 'from a secret' } as const;
    const bytes = { kind: 'bytes', value: new TextEncoder().encode('from bytes') } as const;
    const read = (link: ConfigLayer, provider: ConfigLayer) => readDatabaseSettings(link, provider).password;
    expect(read(layer(full, { POSTGRES_PASSWORD: secret }), none)).toBe('from a secret');
    const { POSTGRES_PASSWORD: _, ...without } = full;
    expect(read(layer(without), layer({}, { POSTGRES_PASSWORD: bytes }))).toBe('from bytes');
    expect(read(layer(full), layer({}, { POSTGRES_PASSWORD: secret }))).toBe('from the config');
  });

  it.each([
    [
      {},
      /^POSTGRES_HOST, POSTGRES_PORT, .* are missing: put them into the target config or the secrets of the link$/,
    ],
    [{ ...full, POSTGRES_PASSWORD: '' }, /^POSTGRES_PASSWORD is missing: put it into/],
    [{ ...full, POSTGRES_PORT: '54e2' }, /^POSTGRES_PORT is "54e2": give a whole number from 1 to 65535$/],
    [{ ...full, POSTGRES_POOL_SIZE: '0' }, /^POSTGRES_POOL_SIZE is "0": give a whole number from 1 to 1000$/],
    [{ ...full, POSTGRES_TLS_REQUIRED: 'on' }, /^POSTGRES_TLS_REQUIRED is "on": give true or false$/],
    [{ ...full, POSTGRES_TLS_CA: 'x' }, /^POSTGRES_TLS_CA counts with TLS only/],
  ])('%o are refused by name', (config, message) => {
    expect(() => readDatabaseSettings(layer(config), none)).toThrow(message);
  });
});
