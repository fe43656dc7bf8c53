import { decodeHostData } from '@wasmlattice/provider-host/protocol';
import { noopLogger } from '@wasmlattice/telemetry';
import { freePort } from '@wasmlattice/test-support';
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
      new RegExp(
        `^cannot connect to NATS at nats://127\\.0\\.0\\.1:${port}: .*; start one or check its address`,
      ),
    );
    await expect(connecting).rejects.toMatchObject({
      name: 'LatticeConnectionError',
      failure: 'unreachable',
    });
  });
});
