import { rm } from 'node:fs/promises';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodeKeeper, type CodeLease } from './code-keeper.js';
import { type CodeBytes, CodeStore } from './code-store.js';

let folder: TempDir;
let logger: RecordingLogger;
/** Code is written while it is prepared, or after that. */
let written: Promise<void>[];
beforeEach(async () => {
  folder = await createTempDir();
  logger = new RecordingLogger();
  written = [];
});
afterEach(async () => {
  await Promise.all(written);
  await folder[Symbol.asyncDispose]();
});

function code(length: number, fill = 0): CodeBytes {
  return new Uint8Array(new SharedArrayBuffer(length)).fill(fill);
}

const limits = { maxMemoryBytes: 65_536, maxCoreInstances: 30, maxTables: 20, maxTableElements: 15_000 };

/** A keeper with room for 100 bytes, whose preparer counts each byte of a component as one of code. */
function setUp(prepare: (component: string) => Promise<void> = async () => {}) {
  const prepared: string[] = [];
  const store = new CodeStore(folder.path, logger);
  const keeper = new CodeKeeper({
    store: {
      async keep(...code) {
        const stored = await store.keep(...code);
        written.push(stored.written);
        return stored;
      },
    },
    preparer: {
      async prepare(bytes, { component }): Promise<PreparedComponent> {
        prepared.push(component);
        await prepare(component);
        return { engine: 'none', format: 0, skeleton: new Uint8Array(), codeBytes: bytes.length };
      },
    },
    budgetBytes: 100,
    logger,
  });
  /** Uses code; `calledAt` is when it was called last. */
  const use = (lease: CodeLease, calledAt: number | undefined, parks = true) => {
    const user = { calledAt: calledAt as number | undefined, asked: 0 };
    lease.usedBy({
      calledAt: () => user.calledAt,
      async park() {
        user.asked++;
        return parks;
      },
    });
    return user;
  };
  return { keeper, prepared, use };
}

describe('code', () => {
  it('is prepared once for all that have the same bytes and limits', async () => {
    const { keeper, prepared } = setUp();
    const one = await keeper.lease('one', code(10), limits);
    const two = await keeper.lease('two', code(10), limits);
    await keeper.lease('three', code(10), { ...limits, maxMemoryBytes: 131_072 });
    expect(prepared).toEqual(['one', 'three']);
    expect(await one.load()).toBe(await two.load());
    expect(keeper.loadedBytes).toBe(20);
  });

  it('is parked beyond the budget, least used first, and prepared again when it is needed', async () => {
    const { keeper, prepared, use } = setUp();
    const leases = [];
    for (const [index, calledAt] of [30, 10, 20].entries()) {
      const lease = await keeper.lease(String(index), code(40, index), limits);
      use(lease, calledAt);
      leases.push(lease);
    }
    await keeper.makeRoom();
    expect(keeper.counts).toEqual({ loaded: 2, parked: 1 });
    prepared.length = 0;
    await leases[0]?.load();
    await leases[2]?.load();
    expect(prepared).toEqual([]);
    await leases[1]?.load();
    expect(prepared).toEqual(['1']);
    await keeper.makeRoom();
    expect(keeper.loadedBytes).toBe(80);
  });

  it('stays while calls are in flight, while a thread needs it, and while one more asks for it', async () => {
    const { keeper, use } = setUp();
    const busy = await keeper.lease('busy', code(60, 1), limits);
    use(busy, undefined);
    const needed = await keeper.lease('needed', code(60, 2), limits);
    const user = use(needed, 1, false);
    const asked = await keeper.lease('asked', code(60, 3), limits);
    asked.usedBy({
      calledAt: () => 2,
      async park() {
        await asked.load();
        return true;
      },
    });
    await keeper.makeRoom();
    expect(user.asked).toBeGreaterThan(0);
    expect(keeper.counts).toEqual({ loaded: 3, parked: 0 });
  });

  it('that could not be read again is not parked', async () => {
    const { keeper, use } = setUp();
    const lease = await keeper.lease('one', code(150), limits);
    // Until it is written, it is in memory.
    await lease.readBytes();
    await rm(folder.path, { recursive: true });
    use(lease, 1);
    await keeper.makeRoom();
    expect(keeper.counts).toEqual({ loaded: 1, parked: 0 });
    expect(logger.records.map(({ message }) => message)).toContain(
      'code can not be parked, as it could not be loaded again',
    );
  });

  it('is fetched again from where any of its users got it', async () => {
    const { keeper, prepared, use } = setUp();
    const gone = await keeper.lease('gone', code(40), limits, () =>
      Promise.reject(new Error('no such file')),
    );
    const there = await keeper.lease('there', code(40), limits, async () => code(40));
    for (const lease of [gone, there]) use(lease, 0);
    await keeper.makeRoom(0);
    expect(keeper.counts).toEqual({ loaded: 0, parked: 1 });
    await rm(folder.path, { recursive: true });
    await gone.load();
    expect(prepared).toEqual(['gone', 'gone']);
  });

  it('stays when its last user is gone, until the room is needed', async () => {
    const { keeper, prepared, use } = setUp();
    const one = await keeper.lease('one', code(60), limits);
    one.release();
    one.release();
    (await keeper.lease('again', code(60), limits)).release();
    expect(prepared).toEqual(['one']);
    expect([keeper.loadedBytes, keeper.counts]).toEqual([60, { loaded: 0, parked: 0 }]);
    const other = await keeper.lease('other', code(60, 1), limits);
    use(other, undefined);
    await keeper.makeRoom();
    expect([keeper.loadedBytes, keeper.counts]).toEqual([60, { loaded: 1, parked: 0 }]);
  });

  it('that can not be prepared fails by the name of each component, and is tried again', async () => {
    let failures = 2;
    const { keeper } = setUp(async (component) => {
      if (failures-- > 0) throw new Error(`${component} is broken`);
    });
    const both = await Promise.allSettled(['one', 'two'].map((id) => keeper.lease(id, code(10), limits)));
    expect(both.map((each) => each.status === 'rejected' && String(each.reason))).toEqual([
      'Error: one is broken',
      'Error: two is broken',
    ]);
    expect(keeper.loadedBytes).toBe(0);
    await keeper.lease('one', code(10), limits);
    expect(keeper.loadedBytes).toBe(10);
  });
});
