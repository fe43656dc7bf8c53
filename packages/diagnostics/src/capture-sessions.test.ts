import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CaptureOrder, createCaptureSessions } from './capture-sessions.js';
import type { CaptureWish } from './captures.js';

const component = { imageRef: 'file:///c.wasm', sha256: 'ab', imports: [], exports: [] };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const orders: CaptureOrder[] = [];
  const sessions = createCaptureSessions({
    hostId: 'NHOST',
    hostVersion: '1.0.0',
    source: {
      describe: async (id) => (id.startsWith('c') ? component : undefined),
      record: (order) => orders.push(order),
    },
  });
  return { orders, sessions };
}

const wish = (parts: Partial<CaptureWish> = {}): CaptureWish => ({
  capture: 'one',
  component: 'c',
  count: 3,
  mask: ['token'],
  from: 0,
  isOver: false,
  ...parts,
});

describe('a host that is asked for invocations', () => {
  it('has them recorded, and tells each until its asker has it', async () => {
    const { orders, sessions } = start();
    expect(await sessions.answer(wish())).toMatchObject({ component, lines: [], isComplete: false });
    expect(orders).toEqual([{ capture: 'one', component: 'c', count: 3, mask: ['token'], forMs: 6_000 }]);
    sessions.captured({ capture: 'one', line: '{"a":1}' });
    sessions.captured({ capture: 'one', line: '{"a":2}' });
    expect((await sessions.answer(wish())).lines).toEqual(['{"a":1}', '{"a":2}']);
    // The answer was lost.
    expect((await sessions.answer(wish())).lines).toEqual(['{"a":1}', '{"a":2}']);
    const waiting = sessions.answer(wish({ from: 2 }));
    await vi.advanceTimersByTimeAsync(100);
    sessions.captured({ capture: 'one', line: '{"a":3}' });
    sessions.captured({ capture: 'one', line: '{"a":4}' });
    expect(await waiting).toMatchObject({ lines: ['{"a":3}'], isComplete: true });
  });

  it('answers soon when nothing happens', async () => {
    const { sessions } = start();
    await sessions.answer(wish());
    const waiting = sessions.answer(wish());
    await vi.advanceTimersByTimeAsync(500);
    expect(await waiting).toMatchObject({ lines: [], isComplete: false });
  });

  it('stops when its asker does not come back, and takes it back no more', async () => {
    const { orders, sessions } = start();
    await sessions.answer(wish());
    sessions.captured({ capture: 'one', line: '{}' });
    await sessions.answer(wish());
    await vi.advanceTimersByTimeAsync(6_000);
    expect(orders.at(-1)).toMatchObject({ capture: 'one', forMs: 0 });
    expect(await sessions.answer(wish({ from: 1 }))).toMatchObject({
      refusal: expect.stringContaining('over'),
    });
  });

  it('gives what is left to an asker that has enough', async () => {
    const { orders, sessions } = start();
    await sessions.answer(wish());
    sessions.captured({ capture: 'one', line: '{"a":1}' });
    sessions.captured({ capture: 'one', line: '{"a":2}' });
    const last = await sessions.answer(wish({ from: 1, isOver: true }));
    expect(last).toMatchObject({ lines: ['{"a":2}'], isComplete: true });
    expect(orders.at(-1)).toMatchObject({ forMs: 0 });
  });

  it('refuses a second capture of a component, and too many', async () => {
    const { sessions } = start();
    await sessions.answer(wish());
    expect((await sessions.answer(wish({ capture: 'two' }))).refusal).toContain('already');
    for (const name of ['c2', 'c3', 'c4']) await sessions.answer(wish({ capture: name, component: name }));
    expect((await sessions.answer(wish({ capture: 'c5', component: 'c5' }))).refusal).toBe(
      '4 captures go on on this host already',
    );
    await sessions.answer(wish({ isOver: true }));
    expect((await sessions.answer(wish({ capture: 'two' }))).refusal).toBeUndefined();
  });

  it('has nothing of a component that does not run there', async () => {
    const { orders, sessions } = start();
    const answer = await sessions.answer(wish({ component: 'other' }));
    expect(answer).toMatchObject({ lines: [], isComplete: true });
    expect(answer.component).toBeUndefined();
    expect(orders).toEqual([]);
  });

  it('takes nothing from a process that is another component, nor lines that are two, nor too long ones', async () => {
    const { sessions } = start();
    await sessions.answer(wish());
    sessions.captured({ capture: 'one', line: '{"a":1}' }, 'c2');
    sessions.captured({ capture: 'one', line: '{}\n{}' });
    sessions.captured({ capture: 'one', line: 'x'.repeat(600_000) });
    sessions.captured({ capture: 'one', line: '{"a":2}' }, 'c');
    expect(await sessions.answer(wish())).toMatchObject({ lines: ['{"a":2}'], dropped: 1 });
  });
});
