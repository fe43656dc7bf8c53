import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { createTestAuthority, freePort, startChild, startNatsServer } from '@wasmlattice/test-support';
import { nkeys } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectLattice, natsOptions } from './connect-lattice.js';
import { connectionSettings, type LatticeConnectionSettings } from './connection-settings.js';
import { parseNatsCredentials } from './credentials.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-connection-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function settings(changes: Partial<LatticeConnectionSettings> = {}): LatticeConnectionSettings {
  return {
    url: 'nats://127.0.0.1:1',
    name: 'wasmbus',
    ...changes,
  };
}

describe('connectLattice', () => {
  it('finds its way back after the server was gone, and tells of both', async () => {
    const lines: string[] = [];
    const reconnected = Promise.withResolvers<void>();
    const logger: Logger = {
      ...noopLogger,
      warn: (message) => void lines.push(message),
      info(message) {
        lines.push(message);
        if (message === 'NATS connection is back') reconnected.resolve();
      },
    };
    const first = await startNatsServer();
    const connection = await connectLattice(settings({ url: first.url }), logger);
    await first[Symbol.asyncDispose]();
    await using _second = await startNatsServer({ port: first.port });
    await reconnected.promise;
    expect(lines).toEqual(['NATS connection lost, reconnecting', 'NATS connection is back']);
    await connection.close();
  });

  it('fails at once when no server answers, and says which flags to check', async () => {
    const endpoint = { url: 'nats://127.0.0.1:1', tls: false, credentials: undefined };
    await expect(connectLattice(await connectionSettings('rpc', endpoint), noopLogger)).rejects.toMatchObject(
      {
        name: 'LatticeConnectionError',
        failure: 'unreachable',
        message: expect.stringMatching(
          /nats:\/\/127\.0\.0\.1:1 \(rpc connection\).*--rpc-host\/--nats-host/s,
        ),
      },
    );
  });

  it('says what to check in general when nobody says more, and names no password', async () => {
    const port = await freePort();
    await expect(
      connectLattice(settings({ url: `nats://me:hunter2@127.0.0.1:${port}` }), noopLogger),
    ).rejects.toMatchObject({
      reason: expect.stringMatching(
        new RegExp(`^cannot connect to NATS at nats://127\\.0\\.0\\.1:${port}: `),
      ),
      message: expect.stringMatching(/: no NATS server answers there; start one or check its address$/),
    });
  });

  it('names a refused login', async () => {
    const server = createServer((socket) => {
      socket.write('INFO {"server_id":"x","version":"2.9.10","max_payload":1000,"auth_required":true} \r\n');
      socket.once('data', () => socket.end("-ERR 'Authorization Violation'\r\n"));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    const endpoint = { url: `nats://127.0.0.1:${address.port}`, tls: false, credentials: undefined };
    await expect(connectLattice(await connectionSettings('ctl', endpoint), noopLogger)).rejects.toMatchObject(
      { failure: 'unauthorized', message: expect.stringContaining('--ctl-creds') },
    );
    server.close();
  });

  it('logs in as the user of the URL', async () => {
    const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
    const args = ['-a', '127.0.0.1', '-p', '-1', '--user', 'me', '--pass', '1:2@/'];
    await using server = startChild(program, args, { PATH: process.env.PATH });
    const [, port] = await server.waitForLine(/Listening for client connections on [\d.]+:(\d+)/);
    const user = `me:${encodeURIComponent('1:2@/')}`;
    const connection = await connectLattice(
      settings({ url: `nats://${user}@127.0.0.1:${port}` }),
      noopLogger,
    );
    expect(await connection.rtt()).toBeGreaterThanOrEqual(0);
    await connection.close();
    await expect(
      connectLattice(settings({ url: `nats://me:wrong@127.0.0.1:${port}` }), noopLogger),
    ).rejects.toMatchObject({ failure: 'unauthorized' });
  });

  it('refuses a server without TLS when TLS is required', async () => {
    await using server = await startNatsServer();
    const endpoint = { url: server.url, tls: true, credentials: undefined };
    await expect(connectLattice(await connectionSettings('ctl', endpoint), noopLogger)).rejects.toMatchObject(
      { failure: 'tls', message: expect.stringContaining('--ctl-tls') },
    );
    const url = server.url.replace('nats://', 'tls://');
    await expect(connectLattice(settings({ url }), noopLogger)).rejects.toMatchObject({ failure: 'tls' });
  });

  it('never gives up reconnecting', () => {
    expect(natsOptions(settings(), [])).toMatchObject({ maxReconnectAttempts: -1, name: 'wasmbus' });
  });
});

describe('a server that refuses the login when it is back', () => {
  it.each([true, false])('ends the connection, unless it outlives refusals (%s)', (outlivesRefusals) => {
    expect(natsOptions(settings({ outlivesRefusals }), [])).toMatchObject({
      ignoreAuthErrorAbort: outlivesRefusals,
    });
  });
});

describe('credentials', () => {
  const text = [
    '-----BEGIN NATS USER JWT-----',
    'eyJ0.eyJq.c2ln',
    '------END NATS USER JWT------',
    '',
    '************************* IMPORTANT *************************',
    '',
    '-----BEGIN USER NKEY SEED-----',
    'SUAEXAMPLE',
    '------END USER NKEY SEED------',
    '',
  ].join('\n');

  it('are read from a file', async () => {
    const path = join(folder, 'user.creds');
    await writeFile(path, text);
    const endpoint = { url: 'nats://n:1', tls: true, credentials: { kind: 'file', path } } as const;
    expect(await connectionSettings('rpc', endpoint)).toMatchObject({
      purpose: 'rpc',
      url: 'nats://n:1',
      tls: {},
      name: 'wasmbus',
      credentials: { jwt: 'eyJ0.eyJq.c2ln', seed: 'SUAEXAMPLE' },
    });
  });

  it('are read with line ends of Windows', () => {
    expect(parseNatsCredentials(text.replaceAll('\n', '\r\n'), 'f')).toEqual({
      jwt: 'eyJ0.eyJq.c2ln',
      seed: 'SUAEXAMPLE',
    });
  });

  it('that are incomplete name the missing block', () => {
    expect(() => parseNatsCredentials(text.slice(0, 90), 'user.creds')).toThrow(
      'user.creds is not a NATS credentials file: it has no block `-----BEGIN USER NKEY SEED-----`',
    );
  });

  it('that are missing name the flags', async () => {
    const path = join(folder, 'none');
    const endpoint = { url: 'nats://n:1', tls: false, credentials: { kind: 'file', path } } as const;
    await expect(connectionSettings('ctl', endpoint)).rejects.toMatchObject({
      name: 'NatsCredentialsError',
      message: expect.stringMatching(
        /cannot read the NATS credentials file .*; check --ctl-creds\/--nats-creds/,
      ),
    });
  });
});

describe('the certificate of a server known by its address', () => {
  async function connectWith(...certified: readonly string[]): Promise<string> {
    const authority = createTestAuthority();
    const { certificate, key } = authority.issue(...certified);
    await writeFile(join(folder, 'server.pem'), certificate);
    await writeFile(join(folder, 'server.key'), key);
    await using server = await startNatsServer({
      config: `tls { cert_file: "${join(folder, 'server.pem')}", key_file: "${join(folder, 'server.key')}" }`,
    });
    const connection = await connectLattice(
      settings({ url: server.url, tls: { ca: authority.certificate } }),
      noopLogger,
    );
    await connection.close();
    return 'connected';
  }

  it('has to be for that address', async () => {
    expect(await connectWith('127.0.0.1')).toBe('connected');
    await expect(connectWith('127.0.0.2')).rejects.toMatchObject({ failure: 'tls' });
    await expect(connectWith('localhost')).rejects.toMatchObject({ failure: 'tls' });
  });
});

describe('a user whom the server knows by the key', () => {
  it('logs in with a seed alone, as flag or in a file, and has inboxes of its own', async () => {
    const user = nkeys.createUser();
    const seed = new TextDecoder().decode(user.getSeed());
    await using server = await startNatsServer({
      config: `authorization { users: [{ nkey: ${user.getPublicKey()}, permissions: { subscribe: "_INBOX_me.>" } }] }`,
    });
    const file = join(folder, 'user.creds');
    await writeFile(file, `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`);
    for (const credentials of [
      { kind: 'nkey', seed },
      { kind: 'file', path: file },
    ] as const) {
      const endpoint = { url: server.url, tls: false, credentials, inboxPrefix: '_INBOX_me' };
      const connection = await connectLattice(await connectionSettings('ctl', endpoint), noopLogger);
      connection.subscribe('_INBOX_me.echo', { callback: (_error, message) => message.respond('heard') });
      expect((await connection.request('_INBOX_me.echo', '', { timeout: 60_000 })).string()).toBe('heard');
      await connection.close();
    }
  });
});
