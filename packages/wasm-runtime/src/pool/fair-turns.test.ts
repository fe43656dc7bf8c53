import { describe, expect, it } from 'vitest';
import { type FairShare, FairTurns } from './fair-turns.js';
import { type GuestAccount, GuestTime } from './guest-time.js';

/** Components of one thread, whose guests compute for as long as they are told. */
function setUp() {
  let now = 0;
  const turns: (() => void)[] = [];
  const time = new GuestTime({ now: () => now });
  const fair = new FairTurns({ sliceMs: 5, afterTurn: (callback) => turns.push(callback) });
  const began: string[] = [];
  let running = 0;
  let mostAtOnce = 0;
  const component = (name: string) => {
    const account: GuestAccount = time.account();
    const share: FairShare = fair.share(account);
    return {
      async invoke(ms: number): Promise<void> {
        await share.enter();
        began.push(name);
        mostAtOnce = Math.max(mostAtOnce, ++running);
        account.enter();
        now += ms;
        account.leave();
        // The answer and the reset take some microtasks.
        for (let i = 0; i < 20; i++) await Promise.resolve();
        running--;
      },
    };
  };
  return {
    component,
    began,
    mostAtOnce: () => mostAtOnce,
    /** The event loop has looked for what came in. */
    async turn(): Promise<void> {
      for (const callback of turns.splice(0)) {
        callback();
        for (let i = 0; i < 50; i++) await Promise.resolve();
      }
    },
    isIdle: () => turns.length === 0,
  };
}

describe('turns', () => {
  it('cost nothing while guests compute little', async () => {
    const { component, began, isIdle } = setUp();
    const one = component('one');
    await one.invoke(2);
    await one.invoke(2);
    expect(began).toEqual(['one', 'one']);
    expect(isIdle()).toBe(true);
  });

  it('let others begin before the next of one that has used up its slice', async () => {
    const { component, began, turn, isIdle } = setUp();
    const [busy, other] = [component('busy'), component('other')];
    await busy.invoke(20);
    const later = [busy.invoke(20), busy.invoke(20)];
    await other.invoke(1);
    expect(began).toEqual(['busy', 'other']);
    await turn();
    await other.invoke(1);
    await turn();
    await Promise.all(later);
    expect(began).toEqual(['busy', 'other', 'busy', 'other', 'busy']);
    await turn();
    expect(isIdle()).toBe(true);
  });

  it('fit as many invocations into a slice as there is room for, in the order of arrival', async () => {
    const { component, began, turn } = setUp();
    const busy = component('busy');
    await busy.invoke(5);
    const later = [2, 2, 2, 2].map((ms) => busy.invoke(ms));
    await turn();
    expect(began).toHaveLength(4);
    await turn();
    await Promise.all(later);
    expect(began).toHaveLength(5);
  });

  it('let each of those that waited be over before the next begins', async () => {
    const { component, turn, mostAtOnce } = setUp();
    const busy = component('busy');
    await busy.invoke(5);
    const later = [1, 1, 1].map((ms) => busy.invoke(ms));
    await turn();
    await Promise.all(later);
    expect(mostAtOnce()).toBe(1);
  });

  it('go on when one that may begin never does', async () => {
    const { component, turn } = setUp();
    const busy = component('busy');
    await busy.invoke(5);
    const later = [busy.invoke(0), busy.invoke(5), busy.invoke(5)];
    for (let i = 0; i < 4; i++) await turn();
    await Promise.all(later);
  });
});
