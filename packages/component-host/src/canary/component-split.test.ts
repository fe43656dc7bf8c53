import { func, type Invoker, type ServedFunction, t } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ServedExchange } from '../http/exchange.js';
import { createCanaryCells, readCanaryFigures, setCanaryShare } from './canary-cells.js';
import { CanaryExports, CanaryMismatchError, ComponentSplit } from './component-split.js';

const answer = func('answer', [], t.string);
const none = { http: undefined, stableHttp: undefined };

function served(result: () => Promise<string>, options: Partial<ServedFunction> = {}): ServedFunction {
  return { target: 'web', instance: 'test:web/api', func: answer, handler: result, ...options };
}

describe('a component of two versions', () => {
  let invoker: Invoker;
  let split: ComponentSplit;
  let exports: CanaryExports;
  let lattice: MemoryLattice;

  async function start(canary: readonly ServedFunction[], stable = served(async () => 'old')): Promise<void> {
    const server = createMemoryServer({ lattice: new MemoryLattice() });
    for (const each of canary) await exports.serverOf(server).serve(each);
    await split.serverOf(createMemoryServer({ lattice })).serve(stable);
  }

  const call = (): Promise<unknown> =>
    invoker.invoke({ target: 'web', instance: 'test:web/api', func: answer, params: [] });

  beforeEach(() => {
    lattice = new MemoryLattice();
    invoker = createMemoryInvoker({ lattice });
    split = new ComponentSplit('web');
    exports = new CanaryExports('web');
  });

  async function callOften(times: number): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let number = 0; number < times; number++) {
      const text = String(await call().catch((error: Error) => error.constructor.name));
      counts[text] = (counts[text] ?? 0) + 1;
    }
    return counts;
  }

  it('divides calls by the share, evenly however few they are, and counts both', async () => {
    await start([served(async () => 'new')]);
    const cells = createCanaryCells(0.1);
    split.begin(cells, exports, none);
    const first = await callOften(200);
    expect(first.new).toBeGreaterThanOrEqual(18);
    expect(first.new).toBeLessThanOrEqual(22);
    setCanaryShare(cells, 1);
    expect(await callOften(10)).toEqual({ new: 10 });
    expect(readCanaryFigures(cells).canary).toEqual({ invocations: (first.new ?? 0) + 10, errors: 0 });
    expect(readCanaryFigures(cells).stable).toEqual({ invocations: first.old, errors: 0 });
    await split.end(cells);
    expect(await callOften(10)).toEqual({ old: 10 });
  });

  it('counts what fails for the version that failed', async () => {
    await start([served(() => Promise.reject(new Error('broken')))]);
    const cells = createCanaryCells(1);
    split.begin(cells, exports, none);
    await callOften(3);
    expect(readCanaryFigures(cells)).toEqual({
      stable: { invocations: 0, errors: 0 },
      canary: { invocations: 3, errors: 3 },
    });
  });

  it('ends once the calls that the new version has are over', async () => {
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<string>();
    await start([
      served(() => {
        begun.resolve();
        return may.promise;
      }),
    ]);
    const cells = createCanaryCells(1);
    split.begin(cells, exports, none);
    const calling = call();
    await begun.promise;
    let isOver = false;
    const ending = split.end(cells).then(() => {
      isOver = true;
    });
    expect(await call()).toBe('old');
    expect(isOver).toBe(false);
    may.resolve('late');
    expect(await calling).toBe('late');
    await ending;
  });

  it('refuses a version that can not take all calls', async () => {
    await start([served(async () => 'new', { func: func('answer', [], t.u32) })]);
    expect(() => split.begin(createCanaryCells(0.1), exports, none)).toThrow(CanaryMismatchError);
    expect(await call()).toBe('old');
  });

  it('leaves calls for instances that the old version keeps to it', async () => {
    const forward = () => undefined;
    await start(
      [served(async () => 'new', { forward })],
      served(async () => 'old', { forward }),
    );
    split.begin(createCanaryCells(1), exports, none);
    expect(await call()).toBe('old');
  });

  it('divides HTTP requests, and counts statuses from 500 on as errors', async () => {
    await start([]);
    const withoutCalls = new ComponentSplit('web');
    const cells = createCanaryCells(1);
    const exchange = { isDisconnected: false, responder: { status: 503 } } as ServedExchange;
    const old = async (): Promise<string> => 'old';
    expect(withoutCalls.http(old)).toBe(old);
    withoutCalls.begin(cells, exports, { http: async () => 'new', stableHttp: old });
    expect(await withoutCalls.http(old)(exchange)).toBe('new');
    expect(readCanaryFigures(cells).canary).toEqual({ invocations: 1, errors: 1 });
  });
});
