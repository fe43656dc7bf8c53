import { createXKey } from '@wasmlattice/identity';
import { noopLogger } from '@wasmlattice/telemetry';
import { RecordingLogger, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, headers, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretsClient } from '../client/secrets-client.js';
import { type BackendChange, watchSecretChanges } from '../client/watch-changes.js';
import { GetSecretError } from '../protocol/get-secret-error.js';
import type { SecretRequest } from '../protocol/messages.js';
import { Secret } from '../secret.js';
import { testTokens } from '../testing/tokens.js';
import type { SecretQuery, SecretsSource } from './secrets-source.js';
import { type ServedSecrets, serveSecrets } from './serve-secrets.js';

const prefix = 'acme.secrets';
let server: TestNatsServer;
let connection: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection.close();
  await server[Symbol.asyncDispose]();
});

type Fields = Readonly<Record<string, string>> | undefined;

let backends = 0;

/** A backend under a name of its own, with one secret. */
async function backend(options: { readonly name?: string; readonly source?: SecretsSource } = {}) {
  const name = options.name ?? `b${backends++}`;
  const asked: SecretQuery[] = [];
  const logger = new RecordingLogger();
  const source: SecretsSource = options.source ?? {
    async get(query) {
      asked.push(query);
      if (query.key === 'json') return { secret: Secret.ofText('{"user":"ada","port":5432}'), version: '1' };
      if (query.key !== 'db') throw new GetSecretError('SecretNotFound');
      return { secret: Secret.ofText('hunter2'), version: query.version ?? '7' };
    },
  };
  const served = await serveSecrets({ connection, prefix, backend: name, source, logger });
  return { asked, logger, name, served };
}

function request(more: Partial<SecretRequest> = {}): SecretRequest {
  const { entityToken, hostToken } = testTokens();
  return { key: 'db', entityToken, hostToken, policy: '{}', ...more };
}

const client = () => new SecretsClient({ connection, prefix, timeoutMs: 5_000 });

describe('a backend', () => {
  it('gives a secret to whom the tokens name, and tells its source who asks', async () => {
    const { asked, name } = await backend();
    const tokens = testTokens();
    const got = await client().get(name, { ...request(tokens), application: 'shop', policy: '{"a":1}' });
    expect(got?.secret.reveal()).toEqual({ kind: 'string', value: 'hunter2' });
    expect(got?.version).toBe('7');
    expect(asked).toMatchObject([
      {
        key: 'db',
        entity: { publicKey: tokens.entity, issuer: tokens.issuer, application: 'shop', policy: '{"a":1}' },
      },
    ]);
  });

  it('gives bytes, versions and fields', async () => {
    const value = Uint8Array.of(0, 0xff, 7);
    const source: SecretsSource = {
      get: async () => ({ secret: Secret.ofBytes(value), version: '1' }),
    };
    const bytes = await backend({ source });
    expect((await client().get(bytes.name, request()))?.secret.reveal()).toEqual({ kind: 'bytes', value });
    const { name } = await backend();
    expect((await client().get(name, request({ version: '3' })))?.version).toBe('3');
    const field = async (text: string): Promise<unknown> =>
      (await client().get(name, request({ key: 'json', field: text })))?.secret.reveal().value;
    expect([await field('user'), await field('port')]).toEqual(['ada', '5432']);
    await expect(field('constructor')).rejects.toMatchObject({ kind: 'SecretNotFound' });
    await expect(client().get(name, request({ field: 'user' }))).rejects.toThrow(/no JSON object/);
  });

  it.each([
    [
      'an entity token that has expired',
      { entityToken: testTokens({ expires: 1_000 }).entityToken },
      'InvalidEntityJWT',
    ],
    [
      'an entity token that somebody changed',
      { entityToken: `${testTokens().entityToken.slice(0, -4)}AAAA` },
      'InvalidEntityJWT',
    ],
    ['no entity token', { entityToken: '' }, 'InvalidEntityJWT'],
    ['a host token for an entity', { entityToken: testTokens().hostToken }, 'InvalidEntityJWT'],
    [
      'a host token that has expired',
      { hostToken: testTokens({ expires: 1_000 }).hostToken },
      'InvalidHostJWT',
    ],
    ['an unknown key', { key: 'nothing' }, 'SecretNotFound'],
  ])('refuses %s by its kind', async (_, more, kind) => {
    const { asked, name } = await backend();
    await expect(client().get(name, request(more))).rejects.toMatchObject({ name: 'GetSecretError', kind });
    if (kind !== 'SecretNotFound') expect(asked).toEqual([]);
  });

  it('tells nobody why its source fails, and its log does not tell values', async () => {
    const source: SecretsSource = { get: () => Promise.reject(new Error('store is full')) };
    const { name } = await backend({ source });
    await expect(client().get(name, request())).rejects.toThrow(/^Error fetching secret: the backend failed/);
    const good = await backend();
    await client().get(good.name, request());
    expect(JSON.stringify(good.logger.records)).toContain('gave a secret');
    expect(JSON.stringify(good.logger.records)).not.toContain('hunter2');
  });

  it.each([
    ['an empty message', new Uint8Array(), {}, 'InvalidPayload'],
    ['one without headers', Uint8Array.of(1), undefined, 'InvalidHeaders'],
    ['one whose sender is no key', Uint8Array.of(1), { 'WasmCloud-Host-Xkey': 'XABC' }, 'InvalidXKey'],
    [
      'one in another spelling',
      Uint8Array.of(1),
      { 'wasmcloud-host-xkey': createXKey().publicKey },
      'InvalidXKey',
    ],
    [
      'one that does not open',
      Uint8Array.of(1, 2),
      { 'WasmCloud-Host-Xkey': createXKey().publicKey },
      'DecryptionError',
    ],
  ])('answers %s by its kind, and serves on', async (_, payload, fields: Fields, error) => {
    const { name } = await backend();
    const sent = fields && headers();
    for (const [key, value] of Object.entries(fields ?? {})) sent?.set(key, value);
    const answer = await connection.request(`${prefix}.v1alpha1.${name}.get`, payload, {
      timeout: 60_000,
      ...(sent && { headers: sent }),
    });
    expect(answer.json()).toEqual({ error });
    expect(await client().get(name, request())).toBeDefined();
  });

  it('answers what was sealed well and is no request as such', async () => {
    const { name, served } = await backend();
    const key = createXKey();
    const sent = headers();
    sent.set('WasmCloud-Host-Xkey', key.publicKey);
    const sealed = key.seal(new TextEncoder().encode('{"key":7}'), served.xkey.publicKey);
    const answer = await connection.request(`${prefix}.v1alpha1.${name}.get`, sealed, {
      timeout: 60_000,
      headers: sent,
    });
    expect(answer.json()).toEqual({ error: 'InvalidRequest' });
  });

  it('says of a secret that no message can hold that it is too large', async () => {
    const source: SecretsSource = {
      get: async () => ({ secret: Secret.ofBytes(new Uint8Array(600_000).fill(0xff)), version: '1' }),
    };
    const { name } = await backend({ source });
    await expect(client().get(name, request())).rejects.toThrow(/larger than a message/);
  });

  it('answers, or not, to anything, and serves on', async () => {
    const { name, served } = await backend();
    const key = createXKey();
    const random = (length: number): Uint8Array => Uint8Array.from({ length }, () => Math.random() * 256);
    for (let round = 0; round < 2_000; round++) {
      const sent = headers();
      if (round % 3 > 0)
        sent.set('WasmCloud-Host-Xkey', round % 3 === 1 ? key.publicKey : 'X'.repeat(round % 90));
      const odd =
        ['null', '[]', '{}', '{"key":"db","context":{}}', '{"key":{"__proto__":1}}'][round % 5] ?? '';
      const plain = round % 2 === 0 ? random(round % 300) : new TextEncoder().encode(odd);
      const payload = round % 4 === 0 ? plain : key.seal(plain, served.xkey.publicKey);
      const operation = ['get', 'server_xkey', 'put_secret', 'changed', 'get.more'][round % 5];
      connection.publish(`${prefix}.v1alpha1.${name}.${operation}`, payload, {
        headers: sent,
        reply: '_INBOX.none',
      });
    }
    expect(await client().get(name, request())).toBeDefined();
  });

  it('says what changes, and at its start that all may have', async () => {
    const changes: BackendChange[] = [];
    const { promise: both, resolve } = Promise.withResolvers<void>();
    const end = watchSecretChanges({
      connection,
      prefix,
      onChange: (change) => {
        if (change.backend === 'loud' && changes.push(change) === 2) resolve();
      },
      logger: noopLogger,
    });
    await connection.flush();
    const { served } = await backend({ name: 'loud' });
    served.announce({ key: 'db', version: '8' });
    await both;
    end();
    end();
    expect(changes).toEqual([{ backend: 'loud' }, { backend: 'loud', key: 'db', version: '8' }]);
  });
});

describe('a client', () => {
  it('seals each request with a key of its own, so that none is seen twice', async () => {
    const { name } = await backend();
    const seen: string[] = [];
    const spy = connection.subscribe(`${prefix}.v1alpha1.${name}.get`, {
      callback: (_, message) => void seen.push(message.headers?.get('WasmCloud-Host-Xkey') ?? ''),
    });
    const one = client();
    await one.get(name, request());
    await one.get(name, request());
    spy.unsubscribe();
    expect(new Set(seen).size).toBe(2);
  });

  it('goes on with a backend that was started again with another key', async () => {
    const one = client();
    const first = await backend({ name: 'again' });
    await one.get('again', request());
    await first.served.close();
    await first.served.close();
    const second: { served: ServedSecrets } = await backend({ name: 'again' });
    expect(second.served.xkey.publicKey).not.toBe(first.served.xkey.publicKey);
    expect((await one.get('again', request()))?.version).toBe('7');
  });

  it('tells a backend that is not there from one that is silent', async () => {
    await expect(client().get('nobody', request())).rejects.toMatchObject({ code: 'no-backend' });
    const silent = connection.subscribe(`${prefix}.v1alpha1.silent.server_xkey`);
    const impatient = new SecretsClient({ connection, prefix, timeoutMs: 50 });
    await expect(impatient.get('silent', request())).rejects.toMatchObject({ code: 'timeout' });
    silent.unsubscribe();
  });

  it.each(['a.b', '*', '', 'x >'])(
    'refuses the name %j of a backend, which would be another subject',
    async (name) => {
      await expect(client().get(name, request())).rejects.toMatchObject({ code: 'bad-name' });
    },
  );

  it('takes no answer that is none', async () => {
    const odd = connection.subscribe(`${prefix}.v1alpha1.odd.*`, {
      callback: (_, message) => void message.respond('hunter2'),
    });
    await expect(client().get('odd', request())).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.not.stringContaining('hunter2'),
    });
    odd.unsubscribe();
  });
});
