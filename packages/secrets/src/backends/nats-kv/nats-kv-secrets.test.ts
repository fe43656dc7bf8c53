import { createXKey, xkeyFromSeed } from '@wasmlattice/identity';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretsClient } from '../../client/secrets-client.js';
import { SecretStoreClient } from '../../client/store-client.js';
import { Secret } from '../../secret.js';
import { serveSecrets } from '../../server/serve-secrets.js';
import { testTokens } from '../../testing/tokens.js';
import { NatsKvSecrets } from './nats-kv-secrets.js';
import { serveStoreOperations } from './store-operations.js';

const prefix = 'wasmcloud.secrets';
let server: TestNatsServer;
let connection: NatsConnection;
let backends = 0;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection.close();
  await server[Symbol.asyncDispose]();
});

async function backend({ encryptionKey = createXKey(), bucket = `SECRETS${backends}` } = {}) {
  const name = `kv${backends++}`;
  const jetstream = connection.jetstream();
  const secrets = await NatsKvSecrets.open({ jetstream, backend: name, bucket, encryptionKey });
  const served = await serveSecrets({
    connection,
    prefix,
    backend: name,
    source: secrets,
    logger: noopLogger,
  });
  serveStoreOperations(served, secrets, noopLogger);
  await connection.flush();
  const store = new SecretStoreClient({ connection, prefix, backend: name, timeoutMs: 5_000 });
  const client = new SecretsClient({ connection, prefix });
  const tokens = testTokens();
  const get = (key: string, version?: string) =>
    client.get(name, { key, version, policy: '{}', ...tokens }).then((got) => got?.secret.reveal().value);
  return { bucket, encryptionKey, get, name, store, ...tokens };
}

describe('secrets on NATS KV', () => {
  it('are given to whom they are for, by version, until they are deleted', async () => {
    const { entity, get, store } = await backend();
    const first = await store.put('db', Secret.ofText('one'));
    await store.put('db', Secret.ofText('two'));
    await expect(get('db')).rejects.toMatchObject({ kind: 'Unauthorized' });
    await store.allow(entity, ['db', 'bytes', 'gone']);
    expect([await get('db'), await get('db', first)]).toEqual(['two', 'one']);
    const bytes = Uint8Array.of(0xff, 0);
    await store.put('bytes', Secret.ofBytes(bytes));
    expect(await get('bytes')).toEqual(bytes);
    await expect(get('gone')).rejects.toMatchObject({ kind: 'SecretNotFound' });
    await expect(get('bytes', first)).rejects.toMatchObject({ kind: 'SecretNotFound' });
    await expect(get('db', 'v1')).rejects.toMatchObject({ kind: 'InvalidRequest' });
    await store.delete('db');
    await expect(get('db')).rejects.toMatchObject({ kind: 'SecretNotFound' });
    await expect(get('db', first)).rejects.toMatchObject({ kind: 'SecretNotFound' });
    await store.disallow(entity, ['bytes']);
    await expect(get('bytes')).rejects.toMatchObject({ kind: 'Unauthorized' });
  });

  it('keep rights that several give at a time', async () => {
    const { entity, get, store } = await backend();
    const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => store.allow(entity, [key])));
    await store.put('k0', Secret.ofText('zero'));
    await store.put('k7', Secret.ofText('seven'));
    expect([await get('k0'), await get('k7')]).toEqual(['zero', 'seven']);
  });

  it('are stored sealed, and opened by no other key', async () => {
    const { bucket, encryptionKey, store } = await backend();
    await store.put('db', Secret.ofText('hunter2-hunter2'));
    const kv = await connection.jetstream().views.kv(bucket, { bindOnly: true });
    const stored = (await kv.get('db'))?.value ?? new Uint8Array();
    expect(Buffer.from(stored).toString('latin1')).toMatch(/^xkv1/);
    expect(Buffer.from(stored).includes('hunter2')).toBe(false);
    const key = xkeyFromSeed(encryptionKey.seed());
    expect(Buffer.from(key.open(stored, key.publicKey)).toString()).toBe('hunter2-hunter2');
    const other = await backend({ bucket });
    await other.store.allow(other.entity, ['db']);
    await expect(other.get('db')).rejects.toMatchObject({ kind: 'DecryptionError' });
  });

  it.each(['a b', '.a', 'a..b', '>', ''])('refuses the key %j, which NATS can not have', async (key) => {
    const { store } = await backend();
    await expect(store.put(key, Secret.ofText('x'))).rejects.toThrow(/InvalidRequest/);
  });

  it('refuse rights for what is no public key', async () => {
    const { store } = await backend();
    await expect(store.allow('everybody', ['db'])).rejects.toThrow(/no public key/);
  });
});
