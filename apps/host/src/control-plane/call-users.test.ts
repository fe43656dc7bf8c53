import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectLattice } from '@wasmlattice/lattice-connection';
import { createTokenAccess } from '@wasmlattice/nats-access';
import { noopLogger } from '@wasmlattice/telemetry';
import { createTempDir, startNatsServer, type TempDir, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConfig } from '../config.js';
import { createCallUsers } from './call-users.js';

const access = createTokenAccess({ lattice: 'default' });
let nats: TestNatsServer;
let folder: TempDir;

beforeAll(async () => {
  nats = await startNatsServer({ config: access.serverConfig });
  folder = await createTempDir();
  await writeFile(join(folder.path, 'seed'), `${access.signingSeeds.CALLS}\n`);
  await writeFile(join(folder.path, 'other'), 'SUAAAA');
});
afterAll(async () => {
  await nats?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

function config(changes: Partial<HostConfig['nats']> = {}): Pick<HostConfig, 'lattice' | 'nats'> {
  const endpoint = { url: nats.url, tls: false, credentials: undefined };
  return {
    lattice: 'default',
    nats: {
      configured: true,
      ctl: endpoint,
      rpc: endpoint,
      provider: endpoint,
      isolated: endpoint,
      accountSeedFile: join(folder.path, 'seed'),
      providerSubjects: [],
      ctlTopicPrefix: 'wasmbus.ctl',
      rpcTimeoutMs: 2_000,
      ...changes,
    },
  };
}

describe('users for calls', () => {
  it('are one for each component, who takes and reads nothing of another', async () => {
    const users = await createCallUsers(config());
    const [one, other] = [users.component('one'), users.component('other')];
    expect(one.credentials?.seed).not.toBe(other.credentials?.seed);
    const connection = await connectLattice(one, noopLogger);
    const outcomeOf = (subject: string): Promise<string> => {
      const refused = Promise.withResolvers<string>();
      connection.subscribe(subject, { callback: (error) => refused.resolve(error?.code ?? 'a message') });
      return Promise.race([refused.promise, connection.flush().then(() => 'taken')]);
    };
    for (const subject of ['default.one.wrpc.>', `${one.inboxPrefix}.>`]) {
      expect(await outcomeOf(subject)).toBe('taken');
    }
    for (const subject of [
      'default.other.wrpc.>',
      'default.*.wrpc.>',
      `${other.inboxPrefix}.>`,
      '_INBOX_component.>',
    ]) {
      expect(await outcomeOf(subject)).toBe('PERMISSIONS_VIOLATION');
    }
    await connection.close();
  });

  it('are those of the configuration without a seed', async () => {
    const users = await createCallUsers(config({ accountSeedFile: undefined }));
    expect(users.provider('kv')).toBe(users.provider('blobs'));
    expect(users.provider('kv')).toMatchObject({ url: nats.url });
  });

  it('are not made with what is no seed of an account, which no error shows', async () => {
    await expect(
      createCallUsers(config({ accountSeedFile: join(folder.path, 'other') })),
    ).rejects.toMatchObject({
      name: 'AccountSeedError',
      message: expect.not.stringContaining('SUAAAA'),
    });
    await expect(createCallUsers(config({ accountSeedFile: '/nowhere' }))).rejects.toThrow(
      "/nowhere of --rpc-account-seed-file can't be read",
    );
  });

  it('are not made for an id that means more than itself in a subject', async () => {
    const users = await createCallUsers(config());
    expect(() => users.component('*')).toThrow(/the id "\*" can't be part of a permission/);
  });
});
