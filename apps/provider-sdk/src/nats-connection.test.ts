import { decodeHostData } from '@wasmlattice/provider-host/protocol';
import { createLogger, noopLogger } from '@wasmlattice/telemetry';
import { type Child, freePort, startChild } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { connectNats, natsAccess } from './nats-connection.js';

const hostData = decodeHostData(Buffer.from('{}').toString('base64'));

describe('natsAccess', () => {
  it('is the local server without credentials unless the host says otherwise', () => {
    expect(natsAccess(hostData)).toEqual({ url: 'nats://127.0.0.1:4222' });
    expect(
      natsAccess({
        ...hostData,
        latticeRpcUrl: ' nats://a:1 ',
        latticeRpcUserJwt: 'jwt\n',
        latticeRpcUserSeed: ' SU',
      }),
    ).toEqual({ url: 'nats://a:1', credentials: { jwt: 'jwt', seed: 'SU' } });
  });
});

describe('connectNats', () => {
  it('names the server that does not answer, but no password', async () => {
    const port = await freePort();
    const url = `nats://me:hunter2@127.0.0.1:${port}`;
    const connecting = connectNats({ url }, 'test', noopLogger);
    await expect(connecting).rejects.toThrow(
      `could not connect to NATS at nats://127.0.0.1:${port}: check that the server runs there`,
    );
    await expect(connecting).rejects.toMatchObject({ name: 'ProviderConnectionError' });
  });

  it('uses user and password of the URL', async () => {
    const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
    const args = ['-a', '127.0.0.1', '-p', '-1', '--user', 'me', '--pass', '1:2@/'];
    await using server = startChild(program, args, { PATH: process.env.PATH });
    const [, port] = await server.waitForLine(/Listening for client connections on [\d.]+:(\d+)/);
    const user = `me:${encodeURIComponent('1:2@/')}`;
    const connection = await connectNats({ url: `nats://${user}@127.0.0.1:${port}` }, 'test', noopLogger);
    expect(await connection.rtt()).toBeGreaterThanOrEqual(0);
    await connection.close();
    await expect(
      connectNats({ url: `nats://me:wrong@127.0.0.1:${port}` }, 'test', noopLogger),
    ).rejects.toThrow(/lets this client in/);
  });

  it('comes back when the server does', async () => {
    const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
    const port = String(await freePort());
    const startServer = async (): Promise<Child> => {
      const server = startChild(program, ['-a', '127.0.0.1', '-p', port], { PATH: process.env.PATH });
      await server.waitForLine(/Server is ready/);
      return server;
    };
    const first = await startServer();
    const back = Promise.withResolvers<void>();
    const lines: string[] = [];
    const logger = createLogger({
      name: 'p',
      level: 'info',
      format: 'text',
      write(line) {
        lines.push(line);
        if (line.includes('connected to NATS again')) back.resolve();
      },
    });
    const connection = await connectNats({ url: `nats://127.0.0.1:${port}` }, 'test', logger);
    await first[Symbol.asyncDispose]();
    await using _second = await startServer();
    await back.promise;
    expect(lines.join('\n')).toMatch(/WARN p: lost the NATS server/);
    expect(await connection.rtt()).toBeGreaterThanOrEqual(0);
    await connection.close();
  });
});
