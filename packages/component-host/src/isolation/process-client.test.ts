import type { TelemetryBatch } from '@wasmlattice/telemetry';
import type { ProcessCeilings } from '@wasmlattice/wasm-runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { componentStart, threadSettings } from '../thread/testing/test-thread.js';
import { ProcessClient, type ProcessClientOptions } from './process-client.js';
import { createTestProcess, type TestProcess } from './testing/test-process.js';

const ceilings: ProcessCeilings = {
  'suspended-stacks': 100,
  'linear-memories': 100,
  'mapped-areas': 10_000,
  'resident-memory': 1e9,
};

let program: TestProcess;
const started: ProcessClient[] = [];

beforeEach(async () => {
  program = await createTestProcess();
});
afterEach(async () => {
  await Promise.all(
    started.splice(0).map((client) => {
      client.end('the test is over');
      return client.exited;
    }),
  );
  await program[Symbol.asyncDispose]();
});

function start(options: ProcessClientOptions = {}): ProcessClient {
  const client = new ProcessClient({
    entry: program.entry,
    // One that a busy machine holds up is no guest that computes.
    watch: { intervalMs: 20, marginMs: 60_000 },
    ...options,
  });
  started.push(client);
  return client;
}

const serve = (client: ProcessClient, imageRef: string): Promise<void> =>
  client.serve(threadSettings, ceilings, componentStart({ imageRef }));

describe('an isolated process', () => {
  it('serves a component and ends when it is told to, also twice', async () => {
    const client = start();
    await serve(client, 'works');
    client.scale(2);
    client.setLinks([]);
    client.setConfig([]);
    await client.settled();
    await Promise.all([client.close(60_000), client.close(60_000)]);
    expect(await client.exited).toEqual({ expected: true, reason: 'it ended with code 0' });
    await client.settled();
    await expect(serve(client, 'works')).rejects.toMatchObject({ name: 'IsolatedProcessExitedError' });
  });

  it('tells what keeps a component from running', async () => {
    await expect(serve(start(), 'unusable')).rejects.toMatchObject({
      name: 'MissingImportError',
      message: 'no import',
    });
  });

  it('fails what was asked of it when it ends', async () => {
    await expect(serve(start(), 'exits')).rejects.toThrow('the process is gone: it ended with code 7');
  });

  it('is ended when it does not stop in time', async () => {
    const client = start();
    await serve(client, 'stays');
    await client.close(0);
    expect(await client.exited).toEqual({ expected: true, reason: 'it did not stop in time' });
  });

  it('is ended when a guest computes beyond its deadline', async () => {
    const client = start({ watch: { intervalMs: 20, marginMs: 50 } });
    await serve(client, 'spins');
    const { expected, reason } = await client.exited;
    expect(expected).toBe(false);
    expect(reason).toMatch(
      /^an invocation of component 'hello' ran \d+ ms without yielding; the limit is 200 ms$/,
    );
  });

  it.each([
    ['garbage', 'it sent what it may not: a message is no JSON'],
    ['huge', 'it sent what it may not: a message of 4294967295 bytes was announced, of at most 16777216'],
    ['closes', 'it closed its channel to the host'],
  ])('is ended when it does what ours never does: %s', async (imageRef, reason) => {
    const client = start();
    await serve(client, imageRef);
    expect(await client.exited).toEqual({ expected: false, reason });
  });

  it('hands on what it measures, until it is gone', async () => {
    const taken: (TelemetryBatch | 'closed')[] = [];
    const client = start({
      intake: () => ({ accept: (batch) => taken.push(batch), close: () => taken.push('closed') }),
    });
    await serve(client, 'measured');
    await client.close(0);
    expect(taken).toEqual([{ spans: [], measurements: ['one'] }, 'closed']);
  });

  it('is ended when what it measures is no measurement', async () => {
    const client = start({
      intake: () => ({
        accept({ logs }) {
          for (const _ of logs);
        },
        close() {},
      }),
    });
    await serve(client, 'measured').catch(() => {});
    expect((await client.exited).reason).toMatch(/^it sent what it may not: /);
  });

  it('may read no file, write none, start nothing, make no code of text', async () => {
    await expect(serve(start(), 'rights')).rejects.toThrow('"allowed":[]');
  });

  it('has no variable but those that say whom to trust', async () => {
    const known = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
    const variables = known.filter((name) => name in process.env);
    await expect(serve(start(), 'rights')).rejects.toThrow(`"variables":${JSON.stringify(variables)}`);
  });
});
