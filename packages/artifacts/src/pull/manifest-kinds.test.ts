import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifestMediaTypes } from '../registry/manifest.js';
import { sha256Digest } from '../registry/sha256.js';
import { createRegistryFixture } from '../testing/registry-fixture.js';
import { startScriptedRegistry } from '../testing/scripted-registry.js';

const layerOf = (text: string, mediaType = 'application/wasm') => ({
  mediaType,
  digest: sha256Digest(Buffer.from(text)),
  size: text.length,
});

/** A registry with these blobs; manifests by tag or digest. */
function startRegistry(manifests: Readonly<Record<string, string>>, blobs: readonly string[]) {
  return startScriptedRegistry((request, response) => {
    const [, kind, name = ''] = /\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    const found =
      kind === 'manifests' ? manifests[name] : blobs.find((blob) => sha256Digest(Buffer.from(blob)) === name);
    if (found === undefined) response.writeHead(404).end();
    else response.end(found);
  });
}

it('layers of a manifest that does not say what it is are one behind the other, as a wasmCloud host has them', async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, layers: [layerOf('one '), layerOf('two')] });
  await using registry = await startRegistry({ 1: manifest }, ['one ', 'two']);
  await using client = await createRegistryFixture();
  for (const fetched of [true, false]) {
    const pulled = await client.puller.pull(`${registry.name}/a:1`, { kind: 'component' });
    expect(pulled).toMatchObject({ size: 7, fetched });
    expect(await readFile(pulled.path, 'utf8')).toBe('one two');
  }
  expect(await readdir(join(client.folder, 'cache/partial'))).toEqual([]);
});

it('several layers of an OCI image are refused', async () => {
  const { ociImage: mediaType } = manifestMediaTypes;
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType, layers: [layerOf('one '), layerOf('two')] });
  await using registry = await startRegistry({ 1: manifest }, []);
  await using client = await createRegistryFixture();
  await expect(client.puller.pull(`${registry.name}/a:1`, { kind: 'component' })).rejects.toThrow(
    'has 2 layers',
  );
});

it('of an index the manifest for WebAssembly is taken, and checked', async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, layers: [layerOf('wasm')] });
  const { ociIndex, ociImage } = manifestMediaTypes;
  const entry = (text: string, architecture: string) => ({
    ...layerOf(text, ociImage),
    platform: { architecture, os: 'wasip2' },
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: ociIndex,
    manifests: [entry('other', 'amd64'), entry(manifest, 'wasm')],
  });
  const digest = sha256Digest(Buffer.from(manifest));
  await using registry = await startRegistry({ 1: index, [digest]: manifest }, ['wasm']);
  await using client = await createRegistryFixture();
  const pulled = await client.puller.pull(`${registry.name}/a:1`, { kind: 'component' });
  expect(pulled.digest).toBe(sha256Digest(Buffer.from(index)));
  expect(await readFile(pulled.path, 'utf8')).toBe('wasm');
  await using lying = await startRegistry({ 1: index, [digest]: `${manifest} ` }, ['wasm']);
  await using other = await createRegistryFixture();
  await expect(other.puller.pull(`${lying.name}/a:1`, { kind: 'component' })).rejects.toMatchObject({
    code: 'corrupt',
  });
});

it('an artifact as `oras` pushes it is taken', async () => {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestMediaTypes.ociImage,
    artifactType: 'application/vnd.unknown.artifact.v1',
    config: layerOf('{}', 'application/vnd.oci.empty.v1+json'),
    layers: [
      {
        ...layerOf('wasm', 'application/vnd.oci.image.layer.v1.tar'),
        annotations: { 'org.opencontainers.image.title': 'a.wasm' },
      },
    ],
  });
  await using registry = await startRegistry({ 1: manifest }, ['wasm']);
  await using client = await createRegistryFixture();
  for (const kind of ['component', 'provider', 'any'] as const) {
    const { path } = await client.puller.pull(`${registry.name}/a:1`, { kind });
    expect(await readFile(path, 'utf8')).toBe('wasm');
  }
});

it('who is closed gives up what it fetches, and what it waits for', async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, layers: [layerOf('never')] });
  await using registry = await startScriptedRegistry((request, response) => {
    if (request.url?.includes('/manifests/')) response.end(manifest);
    else response.writeHead(200, { 'content-length': '5' }).write('n');
  });
  await using one = await createRegistryFixture();
  await using two = await createRegistryFixture({ cacheFolder: join(one.folder, 'cache') });
  const started = expect
    .poll(() => registry.requests.filter(({ path }) => path.includes('/blobs/')).length)
    .toBe(1);
  const pulls = [one, two].map(({ puller }) => puller.pull(`${registry.name}/a:1`, { kind: 'component' }));
  const outcomes = Promise.allSettled(pulls);
  await started;
  two.puller.close();
  one.puller.close();
  const closed = { status: 'rejected', reason: expect.objectContaining({ code: 'closed' }) };
  expect(await outcomes).toEqual([closed, closed]);
  await expect(one.puller.pull(`${registry.name}/b:1`, { kind: 'component' })).rejects.toMatchObject({
    code: 'closed',
  });
});
