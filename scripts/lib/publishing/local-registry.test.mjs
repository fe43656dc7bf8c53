import { expect, test } from 'vitest';
import { startLocalRegistry } from './local-registry.mjs';

const archive = Buffer.from('archive');
const manifest = { name: '@wasmlattice/rpc', version: '0.2.0', dependencies: { yaml: '2.9.1' } };

test('a registry has the packages it is given, and tells where their archives are', async () => {
  const registry = await startLocalRegistry([{ manifest, archive, path: '/tmp/rpc-0.2.0.tgz' }]);
  try {
    const document = await (await fetch(`${registry.url}@wasmlattice%2frpc`)).json();
    expect(document['dist-tags']).toEqual({ latest: '0.2.0' });
    expect(document.versions['0.2.0']).toMatchObject(manifest);
    const { tarball } = document.versions['0.2.0'].dist;
    expect(Buffer.from(await (await fetch(tarball)).arrayBuffer())).toEqual(archive);
    expect((await fetch(`${registry.url}yaml`)).status).toBe(404);
  } finally {
    await registry.close();
  }
});

test('a registry says where others are', async () => {
  const registry = await startLocalRegistry([], { elsewhere: 'https://registry.example.org/' });
  try {
    const { status, headers } = await fetch(`${registry.url}@types%2fnode`, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, 'https://registry.example.org/@types%2fnode']);
  } finally {
    await registry.close();
  }
});
