import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordingLogger } from '@wasmlattice/test-support';
import { defaultLimits, readProcessBudgets } from '@wasmlattice/wasm-runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRoute } from '../http/routes.js';
import {
  componentStart,
  createTestThread,
  noCode,
  type TestThread,
  threadSettings,
} from '../thread/testing/test-thread.js';
import { startThread } from '../thread/thread-client.js';
import { claimAddress } from './claim-address.js';
import { ProcessShare, type ProcessShareOptions } from './process-share.js';
import { ServingThreads, type ServingThreadsOptions } from './serving-threads.js';

let program: TestThread;
let logger: RecordingLogger;
const opened: ServingThreads[] = [];
/** Lines of the log that were looked at. */
let seen: number;
const shares: ProcessShare[] = [];

beforeEach(async () => {
  program = await createTestThread();
  logger = new RecordingLogger();
  seen = 0;
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close(0)));
  await Promise.all(shares.splice(0).map((share) => share.close()));
  await program[Symbol.asyncDispose]();
});

function createShare(options: Partial<ProcessShareOptions> = {}): ProcessShare {
  const share = new ProcessShare({
    threads: 2,
    engine: {},
    cacheDir: join(program.folder, 'cache'),
    logger,
    preparer: { prepare: async () => noCode, warm() {}, close: async () => {} },
    ...options,
  });
  shares.push(share);
  return share;
}

async function setUp(options: Partial<ServingThreadsOptions> = {}): Promise<ServingThreads> {
  const { threads: count = 2 } = options;
  const threads = await ServingThreads.start({
    data: threadSettings,
    share: options.share ?? createShare({ threads: count }),
    threads: 2,
    reusePort: true,
    logger,
    startThread: (data, given) => startThread(data, { ...given, entry: program.entry }),
    watch: { intervalMs: 20, answerMs: 100 },
    ...options,
  });
  opened.push(threads);
  return threads;
}

/** What the threads were told since the last look, sorted: they run side by side. */
async function told(): Promise<string[]> {
  const lines = (await readFile(program.log, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const fresh = lines.slice(seen);
  seen = lines.length;
  return fresh.toSorted();
}

/** Resolves once the threads were told these since the last look, and nothing else. */
async function toldJust(...expected: readonly string[]): Promise<void> {
  const lines: string[] = [];
  await expect
    .poll(async () => {
      lines.push(...(await told()));
      return lines.toSorted();
    })
    .toEqual(expected);
}

/** Resolves once the threads were told all of these since the last look. */
async function toldAll(...expected: readonly string[]): Promise<void> {
  const lines: string[] = [];
  await expect
    .poll(async () => {
      lines.push(...(await told()));
      return lines;
    })
    .toEqual(expect.arrayContaining([...expected]));
}

const code = (length: number) => new Uint8Array(new SharedArrayBuffer(length));
const routeTo = (componentId: string): HttpRoute => ({
  route: 'all',
  match: { kind: 'any' },
  componentId,
  policy: {},
});
const address = {
  routing: { by: 'address' },
  routes: [routeTo('hello')],
  providerId: 'http-server',
  host: '127.0.0.1',
  port: 0,
} as const;

describe('serving threads', () => {
  it('all serve every component, follow its changes and stop it', async () => {
    const threads = await setUp();
    const served = await threads.serve(componentStart());
    served.scale(3);
    served.setLinks([]);
    served.setConfig([]);
    await served.settled();
    const all = ['config 1', 'links 1', 'scale 1', 'start works'];
    await toldJust(...all.flatMap((line) => [line, line]));
    await served.stop(10);
    await served.stop(10);
    await toldJust('stop 1', 'stop 1');
  });

  it('refuse a component that can not run, and forget it', async () => {
    const threads = await setUp();
    await expect(threads.serve(componentStart({ imageRef: 'unusable' }))).rejects.toMatchObject({
      name: 'MissingImportError',
    });
    await toldAll('stop 1', 'stop 1');
  });

  it('all listen at an address where ports can be shared, else one does', async () => {
    const threads = await setUp();
    const listener = await threads.listen(address);
    await toldJust(`listen ${listener.port}`, `listen ${listener.port}`);
    await listener.close(0);
    await listener.close(0);
    await toldJust('unlisten 1', 'unlisten 1');

    const alone = await setUp({ reusePort: false });
    const { port } = await alone.listen(address);
    await toldJust(`listen ${port}`);
  });

  it('serve an address that one of them can not have, and say so', async () => {
    const threads = await setUp();
    const listener = await threads.listen({ ...address, routes: [routeTo('half')] });
    expect(logger.records).toMatchObject([
      {
        level: 'error',
        message: 'a serving thread can not listen at an address; the others do',
        fields: { thread: 1, address: `127.0.0.1:${listener.port}` },
      },
    ]);
    expect(listener.trouble()).toBe("1 of 2 serving threads can't listen: in use");
    await listener.close(0);
    expect(listener.trouble()).toBeUndefined();
    const alone = await setUp({ threads: 1 });
    await expect(alone.listen({ ...address, port: 2 })).rejects.toThrow();
  });

  it('are told again to listen where one of them could not', async () => {
    const threads = await setUp({ watch: { intervalMs: 20, listenMs: 20 } });
    const listener = await threads.listen({ ...address, routes: [routeTo('late')] });
    await expect.poll(() => listener.trouble()).toBeUndefined();
    expect(logger.records.map(({ message }) => message)).toEqual([
      'a serving thread can not listen at an address; the others do',
      'a serving thread listens at an address where it could not',
    ]);
  });

  it('say so when the one that takes the place of another can not listen, until it can', async () => {
    const threads = await setUp({
      threads: 1,
      reusePort: false,
      watch: { intervalMs: 20, answerMs: 100, listenMs: 20 },
    });
    const listener = await threads.listen({ ...address, routes: [routeTo('lost')] });
    expect(listener.trouble()).toBeUndefined();
    await threads.serve(componentStart({ componentId: 'busy', imageRef: 'spins' }));
    await expect.poll(() => listener.trouble()).toBe('no serving thread listens: taken');
    await appendFile(program.log, 'free\n');
    await expect.poll(() => listener.trouble()).toBeUndefined();
  });

  it('keep an address from every other process until it is closed', async () => {
    const threads = await setUp();
    const listener = await threads.listen(address);
    await expect(claimAddress(address.host, listener.port)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${listener.port}: it is in use`,
    );
    await listener.close(0);
    const claimed = await claimAddress(address.host, listener.port);
    await claimed.release();
  });

  it('replace one that a guest holds beyond its deadline, and say whose guest it was', async () => {
    const threads = await setUp({ threads: 1 });
    const served = await threads.serve(componentStart());
    await threads.listen(address);
    await told();
    await threads.serve(componentStart({ componentId: 'busy', imageRef: 'spins' }));
    await expect
      .poll(() => logger.records.map(({ message }) => message))
      .toContain('a serving thread ended and is replaced; what ran in it has failed');
    expect(logger.records[0]?.fields).toMatchObject({
      thread: 0,
      reason: expect.stringMatching(
        /^an invocation of component 'busy' ran \d+ ms without yielding; the limit is 200 ms$/,
      ),
    });
    await served.settled();
    // The one that spins, too: it was in service.
    await expect.poll(told).toEqual(expect.arrayContaining(['start works']));
  });

  it('replace one that a guest holds while its component is stopped, by one without that component', async () => {
    const threads = await setUp({ threads: 1 });
    const served = await threads.serve(componentStart({ imageRef: 'spins on' }));
    await served.stop(10);
    await threads.serve(componentStart());
    const starts: string[] = [];
    await expect
      .poll(async () => {
        starts.push(...(await told()).filter((line) => line.startsWith('start')));
        return starts;
      })
      .toEqual(['start spins on', 'start works']);
  });

  it('take a component in, are told of its changes and let go of it while a guest holds one of them', async () => {
    const threads = await setUp();
    const patient = { limits: defaultLimits };
    const spinning = await threads.serve(
      componentStart({ componentId: 'busy', imageRef: 'spins-on-1', ...patient }),
    );
    await toldAll('start spins-on-1', 'start spins-on-1');
    const other = await threads.serve(componentStart({ componentId: 'other', ...patient }));
    const listener = await threads.listen(address);
    other.setConfig([]);
    await other.settled();
    await toldAll('start works', 'config 2', `listen ${listener.port}`);
    expect(logger.records).toEqual([]);
    // Its own guest has no more time than it has to stop.
    await spinning.stop(10);
    expect(logger.records).toMatchObject([
      {
        message: 'a serving thread ended and is replaced; what ran in it has failed',
        fields: { reason: expect.stringContaining('stopped or replaced, and the time for that is over') },
      },
    ]);
    await toldAll('start works', `listen ${listener.port}`);
    await other.stop(10);
    await toldAll('stop 2', 'stop 2');
  });

  it('leave one alone whose guest is over its time and waits', async () => {
    const threads = await setUp({ threads: 1, watch: { intervalMs: 20, answerMs: 60_000 } });
    await threads.serve(componentStart({ imageRef: 'waits' }));
    // The watch asks it again only after an answer that was in time.
    const lines: string[] = [];
    await expect
      .poll(async () => {
        lines.push(...(await told()));
        return lines.filter((line) => line === 'sync').length;
      })
      .toBeGreaterThanOrEqual(3);
    expect(lines.filter((line) => line.startsWith('start'))).toEqual(['start waits']);
    expect(logger.records).toEqual([]);
  });

  it('give a component up that ends each thread that is to serve it, and go on with the others', async () => {
    const threads = await setUp({ threads: 1 });
    await threads.serve(componentStart());
    await expect(threads.serve(componentStart({ imageRef: 'throws' }))).rejects.toThrow(
      'guest runtime broke',
    );
    await told();
    await threads.serve(componentStart({ componentId: 'other' }));
    await toldAll('start works');
  });

  it('are given the code of a component when it is called', async () => {
    const threads = await setUp({ threads: 1 });
    await threads.serve(componentStart({ imageRef: 'called' }));
    await toldAll('start called', 'code 1');
  });

  it('are told to let go of code that there is no room for, and given it again', async () => {
    const prepared: string[] = [];
    const share = createShare({
      preparer: {
        async prepare(_bytes, { component }) {
          prepared.push(component);
          return { ...noCode, codeBytes: 60 };
        },
        warm() {},
        close: async () => {},
      },
      codeBudgetBytes: 100,
    });
    const threads = await setUp({ share });
    const one = await threads.serve(componentStart({ componentId: 'one' }));
    await one.settled();
    await threads.serve(componentStart({ componentId: 'two', bytes: code(8) }));
    await toldAll('park 1', 'park 1');
    // The answers of the threads are on their way.
    await expect.poll(() => share.code.counts).toEqual({ loaded: 1, parked: 1 });
    expect(await one.readBytes()).toHaveLength(4);
    await threads.serve(componentStart({ componentId: 'one' }));
    expect(prepared).toEqual(['one', 'two', 'one']);
  });

  it('share the budgets of a process with other groups, each thread under a number of its own', async () => {
    const share = createShare({ threads: 1, furtherThreads: 1 });
    const used = (): number => readProcessBudgets(share.budgets)['mapped-areas'].used;
    const before = used();
    await setUp({ share, threads: 1 });
    expect(used()).toBe(before);
    const further = await setUp({ share, threads: 1 });
    expect(used()).toBeGreaterThan(before);
    await expect(setUp({ share, threads: 1 })).rejects.toThrow('2 threads run components in this process');
    await further.close(0);
    expect(used()).toBe(before);
    await setUp({ share, threads: 1 });
  });

  it('close with what is in flight, also twice', async () => {
    const threads = await setUp();
    await threads.close(60_000);
    await threads.close(60_000);
    await toldJust('close', 'close');
  });
});
