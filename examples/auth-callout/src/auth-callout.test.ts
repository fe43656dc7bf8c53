import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { inboxPrefixOf, type Role } from '@wasmlattice/nats-access';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection, nkeyAuthenticator, nkeys } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDirectory } from './directory.js';
import { serveAuthorization } from './serve.js';

type KeyPair = ReturnType<typeof nkeys.createUser>;

const service = nkeys.createUser();
const issuer = nkeys.createAccount();
const [operator, viewer, kv, stranger] = [0, 1, 2, 3].map(() => nkeys.createUser()) as [
  KeyPair,
  KeyPair,
  KeyPair,
  KeyPair,
];
const directory = readDirectory(
  JSON.stringify({
    [operator.getPublicKey()]: { role: 'operator', lattice: 'default' },
    [viewer.getPublicKey()]: { role: 'viewer', lattice: 'default' },
    [kv.getPublicKey()]: { role: 'provider', lattice: 'default', id: 'kv' },
  }),
);

async function startServer(): Promise<TestNatsServer> {
  return await startNatsServer({
    config: await readFile(new URL('../nats.conf', import.meta.url), 'utf8'),
    env: {
      AUTH_CALLOUT_SERVICE_KEY: service.getPublicKey(),
      AUTH_CALLOUT_ISSUER_KEY: issuer.getPublicKey(),
    },
  });
}

function login(key: KeyPair, role?: Role, id?: string) {
  return {
    authenticator: nkeyAuthenticator(key.getSeed()),
    ...(role !== undefined && { inboxPrefix: inboxPrefixOf(role, id) }),
  };
}

const version = execFileSync(process.env.NATS_SERVER_BIN ?? 'nats-server', ['--version'], {
  encoding: 'utf8',
});
const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(version) ?? [];
const isNewEnough = Number(major) * 1_000 + Number(minor) >= 2_010;

// The server at hand decides which of the two is to be seen.
if (isNewEnough) describe('a server of 2.10 or later with the service', testsOfService);
else describe('a server before 2.10', testsOfOldServer);

function testsOfService(): void {
  let nats: TestNatsServer;
  let connection: NatsConnection;
  const log: string[] = [];

  beforeAll(async () => {
    nats = await startServer();
    connection = await connect({ servers: nats.url, ...login(service) });
    serveAuthorization({ connection, directory, issuer, log: (line) => log.push(line) });
    await connection.flush();
  });
  afterAll(async () => {
    await connection?.close();
    await nats?.[Symbol.asyncDispose]();
  });

  it('lets members in, each with the permissions of its role', async () => {
    const asOperator = await connect({ servers: nats.url, ...login(operator, 'operator') });
    const asViewer = await connect({ servers: nats.url, ...login(viewer, 'viewer') });
    const asProvider = await connect({ servers: nats.url, ...login(kv, 'provider', 'kv') });
    const refused = (user: NatsConnection, subject: string): Promise<string> =>
      user.request(subject, '', { timeout: 60_000 }).then(
        () => 'answered',
        (error: { code?: string }) => error.code ?? 'unknown',
      );
    const stop = 'wasmbus.ctl.v1.default.host.stop.N1';
    expect(await refused(asOperator, stop)).toBe('503');
    expect(await refused(asViewer, stop)).toBe('PERMISSIONS_VIOLATION');
    expect(await refused(asProvider, stop)).toBe('PERMISSIONS_VIOLATION');
    const own = asProvider.subscribe('default.kv.wrpc.>', { callback: () => {} });
    const others = Promise.withResolvers<string>();
    asProvider.subscribe('default.other.wrpc.>', {
      callback: (error) => others.resolve(error?.code ?? 'taken'),
    });
    expect(await others.promise).toBe('PERMISSIONS_VIOLATION');
    expect(own.isClosed()).toBe(false);
    for (const user of [asOperator, asViewer, asProvider]) await user.close();
    expect(log).toContain(`let ${kv.getPublicKey()} in as kv of lattice default`);
  });

  it('lets nobody in who is no member, has no key, or not the one that it names', async () => {
    await expect(connect({ servers: nats.url, ...login(stranger) })).rejects.toThrow(/Authorization/i);
    await expect(connect({ servers: nats.url })).rejects.toThrow(/Authorization/i);
    await expect(
      connect({
        servers: nats.url,
        authenticator: (nonce) => ({
          nkey: operator.getPublicKey(),
          sig: Buffer.from(stranger.sign(Buffer.from(nonce ?? ''))).toString('base64url'),
        }),
      }),
    ).rejects.toThrow(/Authorization/i);
  });
}

function testsOfOldServer(): void {
  it('does not start with the configuration, and names what it does not know', async () => {
    await expect(startServer()).rejects.toThrow(/auth_callout/);
  });
}
