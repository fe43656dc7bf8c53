import { inspect } from 'node:util';
import {
  type BackendChange,
  GetSecretError,
  referenceToConfig,
  Secret,
  type SecretRequest,
  SecretsClientError,
  type VersionedSecret,
} from '@wasmlattice/secrets';
import { Redactor } from '@wasmlattice/telemetry';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { createMemoryConfigStore } from '../testing/fakes.js';
import type { ResolvedSecrets } from './followed-secrets.js';
import { SecretFetcher, type SecretOwner } from './secret-fetcher.js';
import { createSecretResolver } from './secret-resolver.js';

const owner: SecretOwner = { token: 'token', application: 'shop' };

function reference(key: string, more: { readonly version?: string; readonly name?: string } = {}) {
  return referenceToConfig({ name: key, backend: 'vault', key, properties: {}, ...more });
}

/** A resolver with a backend whose values the test sets. */
function setUp({ isConfigured = true, refreshMs = 0 } = {}) {
  const configs = createMemoryConfigStore({
    SECRET_db: reference('db'),
    SECRET_pinned: reference('db', { version: '1', name: 'old' }),
  });
  const values = new Map<string, string | Error>([['db', 'hunter2']]);
  const asked: SecretRequest[] = [];
  const logger = new RecordingLogger();
  const redactor = new Redactor();
  let tell: (change: BackendChange) => void = () => {};
  let hold: Promise<void> | undefined;
  const client = {
    async get(_backend: string, request: SecretRequest): Promise<VersionedSecret | undefined> {
      asked.push(request);
      const value = values.get(request.key);
      await hold;
      if (value instanceof Error) throw value;
      return value === undefined ? undefined : { secret: Secret.ofText(value), version: '1' };
    },
  };
  const fetcher = new SecretFetcher({
    configs,
    client: isConfigured ? client : undefined,
    hostToken: 'host',
  });
  const resolver = createSecretResolver({
    configs,
    fetcher,
    watch: (onChange) => {
      tell = onChange;
      return () => {};
    },
    refreshMs,
    redactor,
    logger,
  });
  return {
    asked,
    configs,
    logger,
    redactor,
    resolver,
    values,
    tell: (change: BackendChange) => tell(change),
    hold: (until: Promise<void> | undefined) => {
      hold = until;
    },
  };
}

const shown = (secrets: ResolvedSecrets) =>
  Object.fromEntries([...secrets].map(([name, secret]) => [name, secret.reveal().value]));

describe('a secret that can not be had is refused in the words of wasmCloud', () => {
  it.each<[string, readonly string[], SecretOwner, RegExp]>([
    [
      'because it is missing',
      ['SECRET_gone'],
      owner,
      /^Secret config SECRET_gone not found in config store, could not create secret request$/,
    ],
    [
      'because it is a config',
      ['SECRET_plain'],
      owner,
      /^failed to deserialize secret reference from config store, ensure SECRET_plain is a secret reference and not configuration$/,
    ],
    [
      'because nobody signed its owner',
      ['SECRET_db'],
      { token: undefined, application: undefined },
      /^entity did not have an embedded JWT, required to fetch secrets \(was this entity signed during build\?\)$/,
    ],
    ['because there is no value', ['SECRET_empty'], owner, /^secret SECRET_empty did not contain a value$/],
    [
      'because the backend refuses',
      ['SECRET_no'],
      owner,
      /^SECRET_no \(key no of backend vault\) server error$/,
    ],
    [
      'because the backend is not there',
      ['SECRET_off'],
      owner,
      /^SECRET_off \(key off of backend vault\) could not be asked for$/,
    ],
  ])('%s', async (_, names, who, message) => {
    const { configs, resolver, values } = setUp();
    configs.set('SECRET_plain', { password: 'hunter2' });
    for (const key of ['empty', 'no', 'off']) configs.set(`SECRET_${key}`, reference(key));
    values.set('no', new GetSecretError('Unauthorized'));
    values.set('off', new SecretsClientError('no-backend', 'nobody there'));
    const refusal = await resolver.bundle(names, who, () => {}).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      name: 'SecretsError',
      message: 'Unable to fetch requested secrets',
      cause: { message: expect.stringMatching(message) },
    });
    expect(inspect(refusal, { depth: 9 })).not.toContain('hunter2');
    expect(configs.bundles()).toBe(0);
  });

  it('because the host has no topic, whoever asks', async () => {
    const { resolver } = setUp({ isConfigured: false });
    await expect(
      resolver.bundle(['SECRET_db'], { token: undefined, application: undefined }, () => {}),
    ).rejects.toMatchObject({
      cause: { message: 'secret store not configured, could not fetch secrets' },
    });
  });
});

describe('secrets', () => {
  it('are asked for with tokens, application and policy, and known by the name of their reference', async () => {
    const { asked, configs, redactor, resolver } = setUp();
    configs.set('SECRET_db', reference('db', { name: 'password' }));
    const secrets = await resolver.bundle(['SECRET_db'], owner, () => {});
    expect(shown(secrets.current())).toEqual({ password: 'hunter2' });
    expect(asked).toMatchObject([
      {
        key: 'db',
        entityToken: 'token',
        hostToken: 'host',
        application: 'shop',
        policy: '{"type":"properties.secret.wasmcloud.dev/v1alpha1","properties":{}}',
      },
    ]);
    expect(redactor.text('it is hunter2')).toBe('it is <redacted>');
  });

  it('cost nothing where none are named', async () => {
    const { asked, configs, resolver } = setUp({ isConfigured: false });
    const none = await resolver.bundle([], { token: undefined, application: undefined }, () => {});
    expect([none.current().size, asked.length, configs.bundles()]).toEqual([0, 0, 0]);
  });

  it('are fetched again when a backend tells of them, and nobody is told when they are the same', async () => {
    const { asked, resolver, tell, values } = setUp();
    const changed = Promise.withResolvers<void>();
    let changes = 0;
    const secrets = await resolver.bundle(['SECRET_db'], owner, () => {
      changes += 1;
      changed.resolve();
    });
    const first = secrets.current();
    tell({ backend: 'vault', key: 'other' });
    tell({ backend: 'other', key: 'db' });
    expect(asked).toHaveLength(1);
    tell({ backend: 'vault', key: 'db' });
    await expect.poll(() => asked.length).toBe(2);
    expect(secrets.current()).toBe(first);
    values.set('db', 'second');
    tell({ backend: 'vault' });
    await changed.promise;
    expect(shown(secrets.current())).toEqual({ db: 'second' });
    expect(changes).toBe(1);
  });

  it('with a version that is named stay as they are', async () => {
    const { asked, resolver, tell } = setUp();
    await resolver.bundle(['SECRET_pinned'], owner, () => {});
    tell({ backend: 'vault', key: 'db' });
    tell({ backend: 'vault' });
    expect(asked).toHaveLength(1);
  });

  it('follow their reference', async () => {
    const { configs, resolver, values } = setUp();
    const changed = Promise.withResolvers<void>();
    const secrets = await resolver.bundle(['SECRET_db', 'SECRET_pinned'], owner, changed.resolve);
    values.set('other', 'from elsewhere');
    configs.set('SECRET_db', reference('other'));
    await changed.promise;
    expect(shown(secrets.current())).toEqual({ other: 'from elsewhere', old: 'hunter2' });
  });

  it('are asked for again after a time, for backends that tell nothing', async () => {
    const { resolver, values } = setUp({ refreshMs: 5 });
    const changed = Promise.withResolvers<void>();
    const secrets = await resolver.bundle(['SECRET_db'], owner, changed.resolve);
    values.set('db', 'second');
    await changed.promise;
    expect(shown(secrets.current())).toEqual({ db: 'second' });
    resolver.close();
  });

  it('are fetched one time after the other: several changes at a time end with the last', async () => {
    const { asked, hold, resolver, tell, values } = setUp();
    const seen: unknown[] = [];
    const last = Promise.withResolvers<void>();
    const secrets = await resolver.bundle(['SECRET_db'], owner, () => {
      const { db } = shown(secrets.current());
      seen.push(db);
      if (db === 'fourth') last.resolve();
    });
    const gate = Promise.withResolvers<void>();
    hold(gate.promise);
    for (const value of ['second', 'third', 'fourth']) {
      values.set('db', value);
      tell({ backend: 'vault', key: 'db' });
      // The first of them is under way when the others come.
      await expect.poll(() => asked.length).toBe(2);
    }
    gate.resolve();
    await last.promise;
    expect(seen).toEqual(['second', 'fourth']);
    expect(asked).toHaveLength(3);
  });

  it('stay while their backend is down, and are not told of after they are closed', async () => {
    const { logger, resolver, tell, values } = setUp();
    let changes = 0;
    const secrets = await resolver.bundle(['SECRET_db'], owner, () => {
      changes += 1;
    });
    values.set('db', new SecretsClientError('timeout', 'silent'));
    tell({ backend: 'vault', key: 'db' });
    await expect
      .poll(() => logger.records.map(({ message }) => message))
      .toEqual(['secrets could not be fetched again: what is there stays in use']);
    expect(shown(secrets.current())).toEqual({ db: 'hunter2' });
    secrets.close();
    secrets.close();
    values.set('db', 'second');
    tell({ backend: 'vault', key: 'db' });
    expect(changes).toBe(0);
  });

  it('that are being fetched are given up when the host stops', async () => {
    const { asked, configs, hold, resolver } = setUp();
    hold(new Promise(() => {}));
    const refused = expect(resolver.bundle(['SECRET_db'], owner, () => {})).rejects.toMatchObject({
      cause: { message: 'the host is stopping' },
    });
    await expect.poll(() => asked.length).toBe(1);
    resolver.close();
    resolver.close();
    await refused;
    expect(configs.bundles()).toBe(0);
  });

  it('that may come later are there when their backend is', async () => {
    const { resolver, tell, values } = setUp();
    values.set('db', new SecretsClientError('no-backend', 'nobody'));
    const changed = Promise.withResolvers<void>();
    const secrets = await resolver.follow(['SECRET_db'], owner, changed.resolve);
    expect(() => secrets.current()).toThrow('Unable to fetch requested secrets');
    values.set('db', 'at last');
    tell({ backend: 'vault' });
    await changed.promise;
    expect(shown(secrets.current())).toEqual({ db: 'at last' });
  });
});
