import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRegistry, type TestRegistry } from '@wasmlattice/test-support';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Digest } from '../registry/sha256.js';
import { createRegistryFixture } from '../testing/registry-fixture.js';
import { componentLayout, providerLayout } from './layouts.js';
import { pushArtifact } from './push-artifact.js';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry[Symbol.asyncDispose]());

const content = Buffer.from('content');
const layer = { digest: sha256Digest(content), size: content.length };

async function manifestText(name: string, tag: string): Promise<string> {
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
  return (await fetch(`${registry.url}/v2/${name}/manifests/${tag}`, { headers })).text();
}

it('a provider archive has the manifest that `wash push` writes, byte for byte, and so its digest', async () => {
  await using client = await createRegistryFixture();
  const file = join(client.folder, 'kv.par.gz');
  await writeFile(file, content);
  const { digest } = await pushArtifact(`${registry.name}/acme/kv:1`, {
    registries: client.registries,
    file,
    layout: () => providerLayout(),
    annotations: { 'org.opencontainers.image.description': 'golden' },
  });
  // As recorded from `wash` 0.44, but for the layer.
  const expected = `{"annotations":{"org.opencontainers.image.description":"golden"},"config":{"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","mediaType":"application/vnd.wasmcloud.provider.archive.config","size":2},"layers":[{"digest":"${layer.digest}","mediaType":"application/vnd.wasmcloud.provider.archive.layer.v1+par","size":${layer.size}}],"schemaVersion":2}`;
  expect(await manifestText('acme/kv', '1')).toBe(expected);
  expect(digest).toBe(sha256Digest(Buffer.from(expected)));
});

it('a component has the config and the manifest that `wash push` writes', async () => {
  await using client = await createRegistryFixture();
  const file = join(client.folder, 'hello.wasm');
  await writeFile(file, content);
  const imports = ['wasi:io/poll@0.2.2', 'wasi:http/types@0.2.2'];
  const exports = ['wasi:http/incoming-handler@0.2.2'];
  await pushArtifact(`${registry.name}/acme/hello:1`, {
    registries: client.registries,
    file,
    layout: ({ digest }) =>
      componentLayout({ digest, imports, exports, created: new Date(1_795_855_076_283) }),
  });
  // As recorded from `wash` 0.44, but for the layer, fewer imports, and the nanoseconds of the time.
  const config = `{"created":"2026-11-28T08:37:56.283Z","author":null,"architecture":"wasm","os":"wasip2","layerDigests":["${layer.digest}"],"component":{"exports":["wasi:http/incoming-handler@0.2.2"],"imports":["wasi:io/poll@0.2.2","wasi:http/types@0.2.2"],"target":null}}`;
  const digest = sha256Digest(Buffer.from(config));
  expect(await (await fetch(`${registry.url}/v2/acme/hello/blobs/${digest}`)).text()).toBe(config);
  expect(await manifestText('acme/hello', '1')).toBe(
    `{"config":{"digest":"${digest}","mediaType":"application/vnd.wasm.config.v0+json","size":${config.length}},"layers":[{"digest":"${layer.digest}","mediaType":"application/wasm","size":${layer.size}}],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}`,
  );
});

it('blobs that are there are not uploaded again', async () => {
  await using client = await createRegistryFixture();
  const uploads = (): number => registry.output().split('PUT /v2/acme/twice/blobs/uploads').length - 1;
  await client.push(`${registry.name}/acme/twice:1`, Buffer.from('once'));
  const before = uploads();
  expect(before).toBeGreaterThan(0);
  await client.push(`${registry.name}/acme/twice:2`, Buffer.from('once'));
  expect(uploads()).toBe(before);
});

it('without a tag the manifest is stored by its digest', async () => {
  await using client = await createRegistryFixture();
  const file = join(client.folder, 'a.par');
  await writeFile(file, content);
  const options = { registries: client.registries, file, layout: () => providerLayout() };
  const { digest } = await pushArtifact(`${registry.name}/acme/untagged:1`, options);
  const pinned = await pushArtifact(`${registry.name}/acme/untagged@${digest}`, options);
  expect(pinned).toMatchObject({ tag: undefined, digest });
  const other = `${registry.name}/acme/untagged@sha256:${'0'.repeat(64)}`;
  await expect(pushArtifact(other, options)).rejects.toThrow(
    `another digest than the artifact gets, which is ${digest}`,
  );
});
