import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LatticeConnectionSettings } from './connect-lattice.js';
import { connectionSettings, connectLattice, natsOptions } from './connect-lattice.js';
import { parseNatsCredentials } from './credentials.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmlattice-connection-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function settings(changes: Partial<LatticeConnectionSettings> = {}): LatticeConnectionSettings {
  return {
    purpose: 'ctl',
    url: 'nats://127.0.0.1:1',
    tls: false,
    credentials: undefined,
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
    await expect(connectLattice(settings({ purpose: 'rpc' }), noopLogger)).rejects.toMatchObject({
      name: 'LatticeConnectionError',
      failure: 'unreachable',
      message: expect.stringMatching(/nats:\/\/127\.0\.0\.1:1 \(rpc connection\).*--rpc-host\/--nats-host/s),
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
    await expect(
      connectLattice(settings({ url: `nats://127.0.0.1:${address.port}` }), noopLogger),
    ).rejects.toMatchObject({ failure: 'unauthorized', message: expect.stringContaining('--ctl-creds') });
    server.close();
  });

  it('refuses a server without TLS when TLS is required', async () => {
    await using server = await startNatsServer();
    await expect(connectLattice(settings({ url: server.url, tls: true }), noopLogger)).rejects.toMatchObject({
      failure: 'tls',
      message: expect.stringContaining('--ctl-tls'),
    });
  });

  it('never gives up reconnecting', () => {
    expect(natsOptions(settings())).toMatchObject({ maxReconnectAttempts: -1, name: 'wasmbus' });
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
    expect(await connectionSettings('rpc', endpoint)).toEqual({
      purpose: 'rpc',
      url: 'nats://n:1',
      tls: true,
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
      message: expect.stringMatching(/cannot read the NATS credentials file .*--nats-creds/),
    });
  });
});
