import { expect, it } from 'vitest';
import { webAssembly } from '../engines/web-assembly.js';
import { GuestSlices, turnsBetween } from './guest-slices.js';

/** Slices whose event loop turns when the test says so. */
function setUp() {
  const turns: (() => void)[] = [];
  const word = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const view = new Int32Array(word.buffer);
  const loop = { isFull: false };
  const slices = new GuestSlices(
    { word, sleeping: new Int32Array(new SharedArrayBuffer(4)) },
    {
      afterTurn(callback) {
        if (loop.isFull) throw new RangeError('Maximum call stack size exceeded');
        turns.push(callback);
      },
    },
  );
  const order: string[] = [];
  const turn = async (): Promise<void> => {
    for (const callback of turns.splice(0)) callback();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return {
    slices,
    loop,
    order,
    tick(): void {
      view[0] = 1;
    },
    wait(component: object, name: string): void {
      void slices.nextTurn(component).then(() => order.push(name));
    },
    turn,
    /** As many turns as lie between the slices of two guests. */
    async turnToNext(): Promise<void> {
      for (let i = 0; i < turnsBetween; i++) await turn();
    },
    isIdle: () => turns.length === 0,
  };
}

it('a slice ends with the second tick that comes without a turn of the event loop', async () => {
  const { slices, tick, turn } = setUp();
  const start = slices.ticks;
  tick();
  expect(slices.isSliceOver(start)).toBe(false);
  expect(slices.isAsking).toBe(false);
  await turn();
  tick();
  expect(slices.isSliceOver(start)).toBe(false);
  tick();
  expect(slices.isSliceOver(start)).toBe(true);
  expect(slices.turns).toBe(1);
});

it('no slice ends for what invocations before it computed', () => {
  const { slices } = setUp();
  const first = slices.ticks;
  slices.isSliceOver(first);
  const second = slices.ticks;
  expect(slices.isSliceOver(second)).toBe(false);
  expect(slices.isSliceOver(slices.ticks)).toBe(false);
  expect(slices.isSliceOver(second)).toBe(true);
});

it('the slice of a guest ends at its next tick when the ticks before were those of guests that it calls', () => {
  const { slices } = setUp();
  const caller = slices.ticks;
  for (let i = 0; i < 5; i++) expect(slices.isSliceOver(slices.ticks)).toBe(false);
  expect(slices.isSliceOver(caller)).toBe(true);
});

it('one guest goes on after some turns, and components in turns of their own', async () => {
  const { wait, turnToNext, order, isIdle } = setUp();
  const [a, b] = [{}, {}];
  for (const name of ['a1', 'a2', 'a3']) wait(a, name);
  wait(b, 'b1');
  for (let guests = 1; guests <= 4; guests++) {
    await turnToNext();
    expect(order).toHaveLength(guests);
  }
  expect(order).toEqual(['a1', 'b1', 'a2', 'a3']);
  expect(isIdle()).toBe(true);
});

it('a guest whose stack had no room left to ask for a turn keeps none from the others', async () => {
  const { slices, loop, wait, tick, turnToNext, order } = setUp();
  loop.isFull = true;
  tick();
  expect(() => slices.isSliceOver(0)).toThrow(RangeError);
  expect(() => slices.nextTurn({})).toThrow(RangeError);
  loop.isFull = false;
  tick();
  expect(slices.isSliceOver(0)).toBe(false);
  wait({}, 'other');
  await turnToNext();
  await turnToNext();
  expect(order).toEqual(['other']);
});
