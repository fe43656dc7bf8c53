import { randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTempDir,
  createTestAuthority,
  registryUser,
  startRegistry,
  type TestRegistry,
} from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Digest } from '../registry/sha256.js';
import { createRegistryFixture } from '../testing/registry-fixture.js';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());

const pulls = (output: string, path: string): number => output.split(`GET ${path}`).length - 1;

describe('an artifact that was pushed', () => {
  it('comes back as it was, by tag and by digest', async () => {
    await using client = await createRegistryFixture();
    const bytes = randomBytes(300_000);
    const { digest } = await client.push(`${registry.name}/acme/plain:1`, bytes);
    for (const reference of [`${registry.name}/acme/plain:1`, `${registry.name}/acme/plain@${digest}`]) {
      const pulled = await client.puller.pull(reference, { kind: 'component' });
      expect(pulled).toMatchObject({ digest, size: bytes.length, mediaType: 'application/wasm' });
      expect((await readFile(pulled.path)).equals(bytes)).toBe(true);
    }
  });

  it('is fetched once, whoever asks for it at the same time', async () => {
    await using client = await createRegistryFixture();
    const bytes = randomBytes(200_000);
    await client.push(`${registry.name}/acme/shared:1`, bytes);
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.puller.pull(`${registry.name}/acme/shared:1`, { kind: 'component' }),
      ),
    );
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    expect(pulls(registry.output(), `/v2/acme/shared/blobs/${sha256Digest(bytes)}`)).toBe(1);
  });

  it('is fetched once for all hosts that share a cache', async () => {
    await using shared = await createTempDir();
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => createRegistryFixture({ cacheFolder: shared.path })),
    );
    try {
      const bytes = randomBytes(200_000);
      await clients[0]?.push(`${registry.name}/acme/hosts:1`, bytes);
      await Promise.all(
        clients.map(({ puller }) => puller.pull(`${registry.name}/acme/hosts:1`, { kind: 'component' })),
      );
      expect(pulls(registry.output(), `/v2/acme/hosts/blobs/${sha256Digest(bytes)}`)).toBe(1);
      expect(await readdir(join(shared.path, 'locks'))).toEqual([]);
      expect(await readdir(join(shared.path, 'partial'))).toEqual([]);
    } finally {
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
    }
  });

  it('is another one once its tag was pushed again', async () => {
    await using client = await createRegistryFixture();
    const reference = `${registry.name}/acme/moving:1`;
    const first = await client.push(reference, Buffer.from('first'));
    expect((await client.puller.pull(reference, { kind: 'component' })).digest).toBe(first.digest);
    const second = await client.push(reference, Buffer.from('second'));
    const pulled = await client.puller.pull(reference, { kind: 'component' });
    expect(pulled.digest).toBe(second.digest);
    expect(await readFile(pulled.path, 'utf8')).toBe('second');
  });

  it('is fetched again when somebody changed the file in the cache', async () => {
    await using client = await createRegistryFixture();
    const reference = `${registry.name}/acme/tampered:1`;
    await client.push(reference, Buffer.from('honest'));
    const { path } = await client.puller.pull(reference, { kind: 'component' });
    await appendFile(path, ' and more');
    const again = await client.puller.pull(reference, { kind: 'component' });
    expect(again.fetched).toBe(true);
    expect(await readFile(again.path, 'utf8')).toBe('honest');
  });

  it('goes on where an earlier transfer ended', async () => {
    const seen: number[] = [];
    await using client = await createRegistryFixture({
      puller: { onProgress: ({ receivedBytes }) => void seen.push(receivedBytes) },
    });
    const bytes = randomBytes(500_000);
    const reference = `${registry.name}/acme/resumed:1`;
    await client.push(reference, bytes);
    await client.cache.prepare();
    await writeFile(client.cache.partialPath(sha256Digest(bytes)), bytes.subarray(0, 400_000));
    const { path } = await client.puller.pull(reference, { kind: 'component' });
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(Math.min(...seen)).toBeGreaterThan(400_000);
    expect(seen.at(-1)).toBe(500_000);
  });

  it('is fetched from its beginning when what an earlier transfer left is of something else', async () => {
    await using client = await createRegistryFixture();
    const bytes = randomBytes(100_000);
    const reference = `${registry.name}/acme/tainted:1`;
    await client.push(reference, bytes);
    await client.cache.prepare();
    const partial = client.cache.partialPath(sha256Digest(bytes));
    for (const size of [50_000, 100_000, 200_000]) {
      await writeFile(partial, '');
      await truncate(partial, size);
      const { path } = await client.puller.pull(reference, { kind: 'component' });
      expect((await readFile(path)).equals(bytes)).toBe(true);
      await appendFile(path, 'x');
    }
  });
});

describe('the cache', () => {
  it('answers when the registry is down, by tag and by digest', async () => {
    await using client = await createRegistryFixture();
    const down = await startRegistry();
    const reference = `${down.name}/acme/offline:1`;
    const { digest } = await client.push(reference, Buffer.from('kept'));
    await client.puller.pull(reference, { kind: 'component' });
    await down[Symbol.asyncDispose]();
    const pulled = await client.puller.pull(reference, { kind: 'component' });
    expect(await readFile(pulled.path, 'utf8')).toBe('kept');
    expect(pulled.offline?.message).toContain(
      `the registry '${down.name}' at http://${down.name} can't be reached`,
    );
    const pinned = await client.puller.pull(`${down.name}/acme/offline@${digest}`, { kind: 'component' });
    expect(pinned.offline).toBeUndefined();
    await expect(client.puller.pull(`${down.name}/acme/offline:2`, { kind: 'component' })).rejects.toThrow(
      `the registry '${down.name}' at http://${down.name} can't be reached (nobody listens there)`,
    );
  });

  it('drops what was not used for the longest once it is full', async () => {
    await using client = await createRegistryFixture({ cacheBytes: 250_000 });
    const pull = (name: string) =>
      client.puller.pull(`${registry.name}/acme/${name}:1`, { kind: 'component' });
    for (const name of ['old', 'mid', 'new'])
      await client.push(`${registry.name}/acme/${name}:1`, randomBytes(100_000));
    await pull('old');
    await pull('mid');
    await pull('old');
    await pull('new');
    expect((await pull('old')).fetched).toBe(false);
    expect((await pull('mid')).fetched).toBe(true);
  });

  it('takes a lock over from a host that died', async () => {
    await using client = await createRegistryFixture();
    const bytes = randomBytes(1_000);
    const reference = `${registry.name}/acme/locked:1`;
    await client.push(reference, bytes);
    await client.cache.prepare();
    // No process has the highest number that Linux may give.
    const { hostname } = await import('node:os');
    await writeFile(client.cache.lockPath(sha256Digest(bytes)), `4194304 ${hostname()}`);
    expect((await client.puller.pull(reference, { kind: 'component' })).fetched).toBe(true);
  });
});

describe('a registry', () => {
  it.each(['basic', 'token'] as const)(
    'with %s authentication lets its user push and pull, and nobody else',
    async (auth) => {
      await using closed = await startRegistry({ auth });
      await using client = await createRegistryFixture();
      const reference = `${closed.name}/acme/closed:1`;
      await expect(client.push(reference, Buffer.from('x'))).rejects.toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining(`the registry '${closed.name}'`),
      });
      client.signIn(closed.name);
      client.registries.forget(closed.name);
      await client.push(reference, randomBytes(100_000));
      expect((await client.puller.pull(reference, { kind: 'component' })).fetched).toBe(true);

      client.logins.put(closed.name, { kind: 'basic', ...registryUser, password: 'wrong' });
      client.registries.forget(closed.name);
      await expect(client.puller.pull(reference, { kind: 'component' })).rejects.toThrow(
        /check (the )?user and (the )?password/,
      );
    },
  );

  it('whose tokens expire gets new ones, without a failure in between', async () => {
    await using closed = await startRegistry({ auth: 'token', tokenSeconds: 1 });
    await using client = await createRegistryFixture();
    client.signIn(closed.name);
    const reference = `${closed.name}/acme/brief:1`;
    await client.push(reference, randomBytes(1_000));
    const before = closed.tokens();
    await expect
      .poll(async () => {
        await client.puller.pull(reference, { kind: 'component' });
        return closed.tokens();
      })
      .toBeGreaterThan(before + 1);
  });

  it('with a certificate of an authority of its own is trusted by its file alone', async () => {
    const authority = createTestAuthority();
    await using secure = await startRegistry({ authority });
    const reference = `${secure.name}/acme/secure:1`;
    await using trusting = await createRegistryFixture({
      insecure: [],
      transport: { authorities: [authority.certificate] },
    });
    await trusting.push(reference, Buffer.from('secret'));
    expect((await trusting.puller.pull(reference, { kind: 'component' })).fetched).toBe(true);
    await using other = await createRegistryFixture({ insecure: [] });
    await expect(other.puller.pull(reference, { kind: 'component' })).rejects.toMatchObject({
      code: 'untrusted',
      message: expect.stringContaining('trust its authority by --tls-ca-path'),
    });
  });

  it('without TLS is not spoken to unless it may be', async () => {
    await using client = await createRegistryFixture({ insecure: ['other:5000'] });
    await expect(client.puller.pull(`${registry.name}/acme/a:1`, { kind: 'component' })).rejects.toThrow(
      `does not speak TLS: check the port, or permit plain HTTP with --allowed-insecure ${registry.name}`,
    );
  });

  it('that lacks a tag or a repository says so', async () => {
    await using client = await createRegistryFixture();
    await expect(
      client.puller.pull(`${registry.name}/acme/none:1`, { kind: 'component' }),
    ).rejects.toMatchObject({
      code: 'not-found',
      url: `http://${registry.name}/v2/acme/none/manifests/1`,
      answers: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }],
    });
  });

  it('is asked after its mirrors', async () => {
    await using mirror = await startRegistry();
    await using client = await createRegistryFixture({ mirrors: new Map([[registry.name, [mirror.name]]]) });
    await client.push(`${mirror.name}/acme/mirrored:1`, Buffer.from('of the mirror'));
    await client.push(`${registry.name}/acme/mirrored:1`, Buffer.from('of the registry'));
    const mirrored = await client.puller.pull(`${registry.name}/acme/mirrored:1`, { kind: 'component' });
    expect(await readFile(mirrored.path, 'utf8')).toBe('of the mirror');
    await client.push(`${registry.name}/acme/original:1`, Buffer.from('only there'));
    const original = await client.puller.pull(`${registry.name}/acme/original:1`, { kind: 'component' });
    expect(await readFile(original.path, 'utf8')).toBe('only there');
  });
});

describe('the tag latest', () => {
  it('is refused unless it is permitted', async () => {
    await using strict = await createRegistryFixture();
    await using lenient = await createRegistryFixture({ puller: { allowLatest: true } });
    const reference = `${registry.name}/acme/newest:latest`;
    await strict.push(reference, Buffer.from('x'));
    await expect(strict.puller.pull(reference, { kind: 'component' })).rejects.toMatchObject({
      code: 'prohibited',
    });
    expect((await lenient.puller.pull(reference, { kind: 'component' })).fetched).toBe(true);
  });
});

it('an artifact that is larger than permitted is refused before it is fetched', async () => {
  await using client = await createRegistryFixture();
  const reference = `${registry.name}/acme/large:1`;
  await client.push(reference, randomBytes(10_000));
  await expect(client.puller.pull(reference, { kind: 'component', maxBytes: 9_999 })).rejects.toThrow(
    `the artifact '${registry.name}/acme/large:1' has 10000 bytes, more than the 9999 that are permitted`,
  );
  expect(await readdir(join(client.folder, 'cache/partial'))).toEqual([]);
});

it('a component is not taken for a provider', async () => {
  await using client = await createRegistryFixture();
  const reference = `${registry.name}/acme/component:1`;
  await client.push(reference, Buffer.from('x'));
  await expect(client.puller.pull(reference, { kind: 'provider' })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining(
      "is not a provider archive: it has a layer of the type 'application/wasm'",
    ),
  });
});
