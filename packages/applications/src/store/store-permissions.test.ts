import { connectLattice, parseNatsCredentials } from '@wasmlattice/lattice-connection';
import { createKeyAccess, inboxPrefixOf, type LatticeAccess, type Role } from '@wasmlattice/nats-access';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import type { NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ManifestDocument } from '../manifest/manifest-document.js';
import { createKvApplicationStore } from './kv-application-store.js';

let access: LatticeAccess;
let nats: TestNatsServer;

beforeAll(async () => {
  access = createKeyAccess({ lattice: 'default' });
  nats = await startNatsServer({ config: access.serverConfig });
});
afterAll(() => nats?.[Symbol.asyncDispose]());

async function connectAs(role: Role): Promise<NatsConnection> {
  const credentials = parseNatsCredentials(access.credentials[role], `${role}.creds`);
  return await connectLattice(
    { url: nats.url, name: role, credentials, inboxPrefix: inboxPrefixOf(role) },
    noopLogger,
  );
}

const shop: ManifestDocument = {
  apiVersion: 'core.oam.dev/v1beta1',
  kind: 'Application',
  metadata: { name: 'shop', annotations: { version: 'v1' } },
  spec: { components: [] },
};

it('an operator may store, deploy and forget applications', async () => {
  const connection = await connectAs('operator');
  const store = createKvApplicationStore({ jetstream: connection.jetstream(), lattice: 'default' });
  await store.put(shop);
  expect(await store.setDeployed('shop', 'v1')).toMatchObject({ application: { deployedVersion: 'v1' } });
  expect(await store.list()).toMatchObject([{ name: 'shop' }]);
  expect(await store.delete('shop')).toMatchObject({ deleted: true });
  await connection.close();
});

it('a viewer may not even read them, and is told at once', async () => {
  const connection = await connectAs('viewer');
  const store = createKvApplicationStore({ jetstream: connection.jetstream(), lattice: 'default' });
  const refused = {
    code: 'unavailable',
    message: "the applications in bucket `wadm_manifests` can't be used: this user may not use it",
  };
  await expect(store.list()).rejects.toMatchObject(refused);
  await expect(store.put(shop)).rejects.toMatchObject(refused);
  await connection.close();
});
