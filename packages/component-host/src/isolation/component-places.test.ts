import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noopLogger } from '@wasmlattice/telemetry';
import type { EngineChoice } from '@wasmlattice/wasm-runtime/engines';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  componentStart,
  createTestThread,
  noCode,
  type TestThread,
  threadSettings,
} from '../thread/testing/test-thread.js';
import { startThread } from '../thread/thread-client.js';
import { ComponentPlaces } from './component-places.js';
import { type IsolationTier, isolationTiers } from './isolation-tier.js';
import { createTestProcess, type TestProcess } from './testing/test-process.js';

let thread: TestThread;
let process: TestProcess;
const opened: ComponentPlaces[] = [];

beforeEach(async () => {
  thread = await createTestThread();
  process = await createTestProcess();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((places) => places.close(0)));
  await thread[Symbol.asyncDispose]();
  await process[Symbol.asyncDispose]();
});

async function setUp(engine: EngineChoice = 'direct'): Promise<ComponentPlaces> {
  const places = await ComponentPlaces.start({
    data: { ...threadSettings, engine },
    cacheDir: join(thread.folder, 'cache'),
    threads: 2,
    reusePort: true,
    logger: noopLogger,
    programs: {
      startThread: (data, given) => startThread(data, { ...given, entry: thread.entry }),
      entry: process.entry,
      preparer: { prepare: async () => noCode, warm() {}, close: async () => {} },
      validation: { validate: async () => {} },
    },
  });
  opened.push(places);
  return places;
}

/** What threads were told, sorted: they run side by side. */
async function told(): Promise<string[]> {
  const log = await readFile(thread.log, 'utf8').catch(() => '');
  return log.split('\n').filter(Boolean).toSorted();
}

describe('places of components', () => {
  it.each<[IsolationTier, string[]]>([
    ['shared', ['scale 1', 'scale 1', 'start works', 'start works', 'stop 1', 'stop 1']],
    ['thread', ['close', 'scale 1', 'start works', 'stop 1']],
    ['process', []],
  ])('put a component where it asks to be: %s', async (isolation, orders) => {
    const places = await setUp();
    const served = await places.serve({ ...componentStart(), isolation });
    served.scale(3);
    await served.settled();
    await served.stop(0);
    await served.stop(0);
    expect(await told()).toEqual(orders);
  });

  it.each(isolationTiers)('say why a component can not run: %s', async (isolation) => {
    const places = await setUp();
    const start = componentStart({ imageRef: 'unusable' });
    await expect(places.serve({ ...start, isolation })).rejects.toMatchObject({
      name: 'MissingImportError',
      message: 'no import',
    });
  });

  it('listen on the shared threads, whoever answers', async () => {
    const places = await setUp();
    await places.serve({ ...componentStart(), isolation: 'thread' });
    const address = {
      routing: { by: 'address' },
      routes: [{ route: 'all', match: { kind: 'any' }, componentId: 'hello', policy: {} }],
      providerId: 'http-server',
      host: '127.0.0.1',
      port: 0,
    } as const;
    const { port } = await places.listen(address);
    expect(await told()).toEqual([`listen ${port}`, `listen ${port}`, 'start works']);
  });

  it('give no process to an engine that needs more than a process has', async () => {
    const places = await setUp('trusted-jco');
    await expect(places.serve({ ...componentStart(), isolation: 'process' })).rejects.toMatchObject({
      name: 'IsolatedEngineError',
      message: expect.stringContaining('--engine direct'),
    });
  });

  it('close with all they have, also twice', async () => {
    const places = await setUp();
    for (const isolation of isolationTiers) await places.serve({ ...componentStart(), isolation });
    await places.close(0);
    await places.close(0);
    expect((await told()).filter((line) => line === 'close')).toHaveLength(3);
  });
});
