import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, createXKey, signToken } from '@wasmlattice/identity';
import { SecretsClient } from '@wasmlattice/secrets';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { type FakeHost, startFakeHost } from '../testing/fake-host.js';
import { createTestIo, type TestIo } from '../testing/test-io.js';

let server: TestNatsServer;
let folder: string;
let host: FakeHost;

beforeAll(async () => {
  server = await startNatsServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-cli-'));
  host = await startFakeHost({ url: server.url, hostId: 'NA1', friendlyName: 'calm-fox-0001' });
});
afterEach(async () => {
  await host.stop();
  await rm(folder, { recursive: true, force: true });
});

function testIo(env: Record<string, string> = {}, input = ''): TestIo {
  return createTestIo({ WASMLATTICE_NATS_URL: server.url, ...env }, folder, input);
}

async function cli(argv: readonly string[], io = testIo()): Promise<TestIo & { code: number }> {
  const code = await runCli(argv, io);
  return Object.assign(io, { code });
}

/** Runs a backend until the test has had its say. */
async function serving(
  argv: readonly string[],
  env: Record<string, string>,
  work: () => Promise<void>,
): Promise<TestIo & { code: number }> {
  const io = testIo(env);
  const served = cli(['secrets', 'serve', ...argv], io);
  try {
    await expect.poll(() => io.output).toContain('Ctrl-C ends');
    await work();
  } finally {
    io.interrupt();
  }
  return await served;
}

const account = createSigningKey('account');
const entity = createSigningKey('module').publicKey;

async function get(backend: string, key: string): Promise<unknown> {
  const connection = await connect({ servers: server.url });
  try {
    const issuedAt = Math.trunc(Date.now() / 1_000);
    const got = await new SecretsClient({ connection, prefix: 'wasmcloud.secrets' }).get(backend, {
      key,
      policy: '{}',
      entityToken: signToken(
        'component',
        { subject: entity, metadata: { hash: '', provider: false }, issuedAt },
        account,
      ).text,
      hostToken: signToken(
        'host',
        { subject: createSigningKey('server').publicKey, metadata: {}, issuedAt },
        account,
      ).text,
    });
    return got?.secret.reveal().value;
  } finally {
    await connection.close();
  }
}

describe('references', () => {
  it('are stored, shown and removed as configs under the name that wash gives them', async () => {
    const put = await cli([
      'secrets',
      'put',
      'password',
      'nats-kv',
      'db',
      '--field',
      'pw',
      '-v',
      '3',
      '--property',
      'a=b',
    ]);
    expect({ code: put.code, output: put.output }).toEqual({
      code: 0,
      output: 'stored reference SECRET_password\n',
    });
    const shown = await cli(['secrets', 'get', 'password', '-o', 'json']);
    expect(JSON.parse(shown.output)).toEqual({
      name: 'password',
      type: 'secret.wasmcloud.dev/v1alpha1',
      backend: 'nats-kv',
      key: 'db',
      field: 'pw',
      version: '3',
      policy: '{"type":"properties.secret.wasmcloud.dev/v1alpha1","properties":{"a":"b"}}',
    });
    expect((await cli(['secrets', 'del', 'password'])).output).toBe('removed reference SECRET_password\n');
    const again = await cli(['secrets', 'del', 'password']);
    expect(again.code).toBe(1);
    expect(again.errors).toContain('error: there is no reference `SECRET_password` in lattice');
    const gone = await cli(['secrets', 'get', 'password']);
    expect(gone.code).toBe(1);
    expect(gone.errors).toContain('there is no reference `SECRET_password`');
  });

  it('take properties as key=value only', async () => {
    const { code, errors } = await cli(['secrets', 'put', 'a', 'b', 'c', '--property', '=x']);
    expect([code, errors]).toEqual([2, 'error: the property is `=x`\ncheck: write it as key=value\n']);
  });
});

describe('a backend on NATS KV', () => {
  const ENCRYPTION_XKEY_SEED = createXKey().seed();

  it('is filled from standard input, variables and files, and gives to whom it may', async () => {
    await writeFile(join(folder, 'key.der'), Uint8Array.of(0xff, 1));
    const told = await serving(['nats-kv'], { ENCRYPTION_XKEY_SEED }, async () => {
      const piped = await cli(['secrets', 'store', 'put', 'db'], testIo({}, 'hunter2'));
      expect(piped).toMatchObject({ code: 0, errors: '', output: 'stored secret db, version 1\n' });
      const named = await cli(
        ['secrets', 'store', 'put', 'api', '--from-variable', 'TOKEN'],
        testIo({ TOKEN: 'hunter3' }),
      );
      expect(named.code).toBe(0);
      expect((await cli(['secrets', 'store', 'put', 'key', '--file', 'key.der'])).code).toBe(0);
      await expect(get('nats-kv', 'db')).rejects.toThrow(/unauthorized/);
      await cli(['secrets', 'store', 'allow', entity, 'db', 'api', 'key']);
      expect(await get('nats-kv', 'db')).toBe('hunter2');
      expect(await get('nats-kv', 'api')).toBe('hunter3');
      expect(await get('nats-kv', 'key')).toEqual(Uint8Array.of(0xff, 1));
      await cli(['secrets', 'store', 'disallow', entity, 'api']);
      await expect(get('nats-kv', 'api')).rejects.toThrow(/unauthorized/);
      await cli(['secrets', 'store', 'del', 'db']);
      await expect(get('nats-kv', 'db')).rejects.toThrow(/not found/);
    });
    expect(told.code).toBe(0);
    expect(told.errors).toContain('gave a secret key=db');
    expect(told.errors).not.toMatch(/hunter/);
  });

  it('wants a key to seal with, and says so without repeating what it got', async () => {
    const without = await cli(['secrets', 'serve', 'nats-kv']);
    expect([without.code, without.errors.split('\n')[0]]).toEqual([
      2,
      'error: ENCRYPTION_XKEY_SEED is not set',
    ]);
    const wrong = await cli(['secrets', 'serve', 'nats-kv'], testIo({ ENCRYPTION_XKEY_SEED: 'SUNOTTHIS' }));
    expect(wrong.code).toBe(2);
    expect(wrong.errors).not.toContain('SUNOTTHIS');
  });

  it('that is not there is named by those who would fill it', async () => {
    const { code, errors } = await cli(
      ['secrets', 'store', 'put', 'db', '--name', 'nobody'],
      testIo({}, 'x'),
    );
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^error: no secrets backend nobody listens on wasmcloud\.secrets\.v1alpha1\.nobody\.server_xkey/,
    );
  });
});

describe('a backend for development', () => {
  it('gives files of a folder', async () => {
    await writeFile(join(folder, 'db'), 'hunter2');
    await serving(['files', '.'], {}, async () => expect(await get('files', 'db')).toBe('hunter2'));
    const { code, errors } = await cli(['secrets', 'serve', 'files', 'nowhere']);
    expect([code, errors]).toMatchObject([2, expect.stringContaining('there is no folder')]);
  });

  it('gives variables with a prefix, to those that are allowed', async () => {
    await serving(['env', '--allow', entity], { SECRET_db: 'hunter2' }, async () => {
      expect(await get('env', 'db')).toBe('hunter2');
    });
    await serving(['env', '--allow', 'MOTHER'], { SECRET_db: 'hunter2' }, async () => {
      await expect(get('env', 'db')).rejects.toThrow(/unauthorized/);
    });
  });
});
