import { RecordingLogger, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askConfigService } from './ask-config-service.js';

let nats: TestNatsServer;
let service: NatsConnection;
let host: NatsConnection;
let logger: RecordingLogger;

beforeAll(async () => {
  nats = await startNatsServer();
});
afterAll(() => nats[Symbol.asyncDispose]());
beforeEach(async () => {
  [service, host] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
  logger = new RecordingLogger();
});
afterEach(() => Promise.all([service.close(), host.close()]));

async function answering(answer: string): Promise<unknown[]> {
  const asked: unknown[] = [];
  service.subscribe('wasmbus.cfg.blue.req', {
    callback: (_error, message) => {
      asked.push(message.json());
      message.respond(answer);
    },
  });
  await service.flush();
  return asked;
}

const ask = () =>
  askConfigService({ connection: host, lattice: 'blue', labels: { zone: 'a' }, logger, timeoutMs: 20_000 });

describe('the configuration service', () => {
  it('is told the labels of the host and gives credentials of registries', async () => {
    const asked = await answering(
      '{"registryCredentials":{"ghcr.io":{"username":"me","password":"hunter2","registryType":"oci"},"r":{"token":"t"}}}',
    );
    expect(await ask()).toEqual({
      'ghcr.io': { username: 'me', password: 'hunter2', registryType: 'oci' },
      r: { token: 't', registryType: 'oci' },
    });
    expect(asked).toEqual([{ labels: { zone: 'a' } }]);
    expect(logger.records).toEqual([]);
  });

  it('need not have any', async () => {
    await answering('{}');
    expect(await ask()).toEqual({});
    expect(logger.records).toEqual([]);
  });

  it('that is not there, or can not be read, is told in the log and no reason to end', async () => {
    expect(await ask()).toEqual({});
    expect(logger.records).toMatchObject([
      { level: 'error', message: expect.stringContaining('did not answer') },
    ]);
  });

  it.each([
    '{"registryCredentials":{"ghcr.io":{"password":hunter2}}}',
    '{"registryCredentials":{"ghcr.io":{"password":7,"token":"hunter2"}}}',
    '{"registryCredentials":["hunter2"]}',
    '["hunter2"]',
    'hunter2',
  ])('that answers %s gives nothing, and nothing of it is logged', async (answer) => {
    await answering(answer);
    expect(await ask()).toEqual({});
    expect(logger.records).toHaveLength(1);
    expect(JSON.stringify(logger.records)).not.toContain('hunter2');
  });
});
