import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey, signComponent } from '@wasmlattice/identity';
import {
  createTempDir,
  createTestAuthority,
  registryUser,
  startRegistry,
  type TempDir,
  type TestRegistry,
} from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { createTestIo } from '../testing/test-io.js';

const component = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
const acceptManifest = { accept: 'application/vnd.oci.image.manifest.v1+json' };

let registry: TestRegistry;
let folder: TempDir;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await createTempDir();
});
afterEach(() => folder[Symbol.asyncDispose]());

async function run(argv: readonly string[], env: Record<string, string> = {}) {
  const io = createTestIo({ HOME: folder.path, ...env }, folder.path);
  const code = await runCli(argv, io);
  return { code, output: io.output, errors: io.errors };
}

const file = (name: string, bytes: Uint8Array): Promise<void> => writeFile(join(folder.path, name), bytes);

async function archive(): Promise<Uint8Array> {
  const { bytes } = await writeProviderArchive(
    {
      programs: new Map([['x86_64-linux', Buffer.from('program')]]),
      metadata: { name: 'kv', vendor: 'acme' },
      subject: createSigningKey('service').publicKey,
      issuedAt: 1,
    },
    createSigningKey('account'),
    { compress: true },
  );
  return bytes;
}

async function stored(name: string): Promise<{ manifest: Record<string, unknown>; config: unknown }> {
  const answer = await fetch(`${registry.url}/v2/${name}/manifests/1`, { headers: acceptManifest });
  const manifest = (await answer.json()) as { config: { digest: string } };
  const config = await fetch(`${registry.url}/v2/${name}/blobs/${manifest.config.digest}`);
  return { manifest, config: await config.json() };
}

describe('push and pull', () => {
  it('keep a component as `wash` does', async () => {
    await file('hello.wasm', component);
    const reference = `${registry.name}/acme/hello:1`;
    const pushed = await run(['push', reference, 'hello.wasm', '--insecure', '-a', 'a=b=c', '-o', 'json']);
    expect(JSON.parse(pushed.output)).toMatchObject({ success: true, url: reference, tag: '1' });
    const { config, manifest } = await stored('acme/hello');
    expect(Object.keys(manifest)).toEqual(['annotations', 'config', 'layers', 'mediaType', 'schemaVersion']);
    expect(manifest).toMatchObject({
      annotations: { a: 'b=c' },
      config: { mediaType: 'application/vnd.wasm.config.v0+json' },
      layers: [{ mediaType: 'application/wasm', size: component.length }],
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
    expect(config).toEqual({
      created: expect.stringMatching(/^\d{4}-.*Z$/),
      author: null,
      architecture: 'wasm',
      os: 'wasip2',
      layerDigests: [(manifest.layers as { digest: string }[])[0]?.digest],
      component: { exports: [], imports: [], target: null },
    });

    const { digest } = JSON.parse(pushed.output) as { digest: string };
    const pulled = await run(['pull', reference, '--insecure', '--digest', digest.slice('sha256:'.length)]);
    expect(pulled).toMatchObject({ code: 0, output: 'Successfully pulled and validated hello.wasm\n' });
    expect(new Uint8Array(await readFile(join(folder.path, 'hello.wasm')))).toEqual(component);
  });

  it('keep a provider archive as `wash` does', async () => {
    const bytes = await archive();
    await file('kv.par.gz', bytes);
    const reference = `${registry.name}/acme/kv:1`;
    expect(await run(['push', reference, 'kv.par.gz', '--insecure'])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Successfully pushed .*\/acme\/kv:1\n1: digest: sha256:[0-9a-f]{64}\n$/),
    });
    const { config, manifest } = await stored('acme/kv');
    expect(manifest).toMatchObject({
      config: { mediaType: 'application/vnd.wasmcloud.provider.archive.config', size: 2 },
      layers: [{ mediaType: 'application/vnd.wasmcloud.provider.archive.layer.v1+par' }],
    });
    expect(manifest).not.toHaveProperty('mediaType');
    expect(config).toEqual({});
    await run(['pull', reference, '--insecure', '--destination', 'again.par.gz']);
    expect((await readFile(join(folder.path, 'again.par.gz'))).equals(bytes)).toBe(true);
    const inspected = await run(['inspect', reference, '--insecure', '-o', 'json']);
    expect(JSON.parse(inspected.output)).toMatchObject({ name: 'kv', vendor: 'acme' });
  });

  it('sign in as flags, variables or the Docker configuration say, over TLS of an authority by its file', async () => {
    const authority = createTestAuthority();
    await using closed = await startRegistry({ auth: 'basic', authority });
    await file('hello.wasm', component);
    await file('ca.pem', Buffer.from(authority.certificate));
    const push = ['push', `${closed.name}/a:1`, 'hello.wasm'];
    const ca = { WASMCLOUD_TLS_CA_PATH: 'ca.pem' };
    const { username, password } = registryUser;
    const anonymous = await run(push, ca);
    expect(anonymous).toMatchObject({ code: 1, errors: expect.stringContaining('status 401') });
    const flags = ['--user', username, '--password', password, '--tls-ca-path', 'ca.pem'];
    expect(await run([...push, ...flags])).toMatchObject({ code: 0 });
    const variables = { ...ca, WASH_REG_USER: username, WASH_REG_PASSWORD: password };
    expect(await run(push, variables)).toMatchObject({ code: 0 });
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    await file('config.json', Buffer.from(JSON.stringify({ auths: { [closed.name]: { auth } } })));
    expect(await run(push, { ...ca, DOCKER_CONFIG: folder.path })).toMatchObject({ code: 0 });
    expect(await run([...push, '--user', username, '--password', password])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('--tls-ca-path'),
    });
    expect(await run([...push, '--insecure-skip-tls-verify', '-u', username, '-p', password])).toMatchObject({
      code: 0,
    });
  });

  it('take the registry of a reference that names none from a flag or a variable', async () => {
    await file('hello.wasm', component);
    expect(
      await run(['push', 'acme/named:1', 'hello.wasm', '--insecure', '-r', registry.name]),
    ).toMatchObject({
      output: expect.stringContaining(`Successfully pushed ${registry.name}/acme/named:1\n`),
    });
    expect(await run(['pull', 'acme/named:1', '--insecure'], { WASH_REG_URL: registry.name })).toMatchObject({
      code: 0,
    });
    expect(await run(['pull', 'acme/named:1'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('names no registry'),
    });
  });

  it.each([
    ['latest', "Pulling artifacts with tag 'latest' is prohibited"],
    ['', 'Registry URLs must have explicit tag'],
  ])('refuse the tag "%s" unless it is permitted', async (tag, reason) => {
    await file('hello.wasm', component);
    const reference = `${registry.name}/acme/newest${tag === '' ? '' : `:${tag}`}`;
    expect(await run(['push', reference, 'hello.wasm', '--insecure', '--allow-latest'])).toMatchObject({
      code: 0,
    });
    expect(await run(['pull', reference, '--insecure'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining(reason),
    });
    expect(await run(['pull', reference, '--insecure', '--allow-latest'])).toMatchObject({ code: 0 });
  });

  it('say what is wrong, and write nothing', async () => {
    await file('text.wasm', Buffer.from('hello'));
    const reference = `${registry.name}/acme/wrong:1`;
    expect(await run(['push', reference, 'text.wasm', '--insecure'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('Unsupported artifact type: `text.wasm`'),
    });
    expect(await run(['pull', reference, '--insecure'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('manifest unknown'),
    });
    await file('hello.wasm', component);
    await run(['push', reference, 'hello.wasm', '--insecure']);
    expect(
      await run(['pull', reference, '--insecure', '-d', 'sha256:00', '--destination', 'other.wasm']),
    ).toMatchObject({
      code: 1,
      errors: expect.stringContaining('image digest did not match provided digest, aborting'),
    });
    await expect(readFile(join(folder.path, 'other.wasm'))).rejects.toThrow('ENOENT');
  });
});

describe('inspect', () => {
  it('tells of a signed component in a registry, and prints its token', async () => {
    const account = createSigningKey('account');
    const signed = await signComponent(
      component,
      {
        subject: createSigningKey('module').publicKey,
        metadata: { name: 'hello', provider: false },
        issuedAt: 1,
      },
      account,
    );
    await file('signed.wasm', signed.bytes);
    const reference = `${registry.name}/acme/signed:1`;
    await run(['push', reference, 'signed.wasm', '--insecure']);
    const { code, output } = await run(['inspect', reference, '--insecure']);
    expect(code).toBe(0);
    expect(output).toContain('a valid component');
    expect(output).toContain(account.publicKey);
    const token = await run(['inspect', reference, '--insecure', '--jwt-only']);
    expect(token.output.trim().split('.')).toHaveLength(3);
  });
});
