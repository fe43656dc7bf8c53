import { describe, expect, it } from 'vitest';
import { GuestTime, type ThreadUsage } from './guest-time.js';

function setUp() {
  let now = 0;
  let usage: ThreadUsage = { cpuMs: 0, busyMs: 0 };
  const time = new GuestTime({ now: () => now, usage: () => usage });
  return {
    time,
    pass: (ms: number) => {
      now += ms;
    },
    use: (used: ThreadUsage) => {
      usage = used;
    },
  };
}

describe('the time of guests', () => {
  it('counts while they compute, and not while they wait', () => {
    const { time, pass } = setUp();
    const account = time.account();
    account.enter();
    pass(3);
    account.leave();
    pass(10);
    account.enter();
    account.enter();
    pass(4);
    account.leave();
    account.leave();
    expect(account.ms).toBe(7);
  });

  it('is that of one guest at a time: whoever goes on last', () => {
    const { time, pass } = setUp();
    const [one, two] = [time.account(), time.account()];
    one.enter();
    pass(2);
    two.enter();
    pass(5);
    one.leave();
    two.leave();
    expect([one.ms, two.ms]).toEqual([2, 5]);
  });

  it('is told once, as the part in which the thread had a core', () => {
    const { time, pass, use } = setUp();
    const account = time.account();
    expect(account.takeCpuMs()).toBe(0);
    account.enter();
    pass(1_000);
    account.leave();
    use({ cpuMs: 250, busyMs: 1_000 });
    expect(account.takeCpuMs()).toBe(250);
    expect(account.takeCpuMs()).toBe(0);
    account.enter();
    pass(1_000);
    account.leave();
    // What counts as busy may lag behind.
    use({ cpuMs: 1_300, busyMs: 2_000 });
    expect(account.takeCpuMs()).toBe(1_000);
  });

  it('of this thread is what Node.js says', () => {
    const account = new GuestTime().account();
    account.enter();
    account.leave();
    expect(account.takeCpuMs()).toBeGreaterThanOrEqual(0);
  });
});
