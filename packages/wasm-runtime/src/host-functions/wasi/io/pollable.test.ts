import { describe, expect, it } from 'vitest';
import { GuestMisuseError } from './errors.js';
import { MemorySource } from './memory.js';
import { Pollable, poll } from './pollable.js';
import { WakeUp } from './wake-up.js';

/** Counts how often it is asked for a promise. */
class Switch {
  readonly #wakeUp = new WakeUp();
  on = false;
  asked = 0;

  isReady(): boolean {
    return this.on;
  }

  ready(): Promise<void> {
    this.asked++;
    return this.on ? Promise.resolve() : this.#wakeUp.promise();
  }

  turnOn(): void {
    this.on = true;
    this.#wakeUp.wake();
  }

  /** A wake-up without reason. */
  nudge(): void {
    this.#wakeUp.wake();
  }
}

describe('pollable', () => {
  it('does not wait when it is ready', () => {
    const ready = new Switch();
    ready.turnOn();
    const pollable = new Pollable(ready);
    expect(pollable.ready()).toBe(true);
    expect(pollable.block()).toBeUndefined();
  });

  it('blocks until it is ready', async () => {
    const later = new Switch();
    const pollable = new Pollable(later);
    expect(pollable.ready()).toBe(false);
    const blocked = pollable.block();
    later.turnOn();
    await blocked;
    expect(pollable.ready()).toBe(true);
  });
});

describe('poll', () => {
  it('gives all ready indices at once when one is ready', () => {
    const switches = [new Switch(), new Switch(), new Switch()];
    switches[0]?.turnOn();
    switches[2]?.turnOn();
    expect(poll(switches.map((it) => new Pollable(it)))).toEqual(Uint32Array.of(0, 2));
  });

  it('wakes on the first that becomes ready', async () => {
    const switches = [new Switch(), new Switch()];
    const polled = poll(switches.map((it) => new Pollable(it)));
    switches[1]?.turnOn();
    expect(await polled).toEqual(Uint32Array.of(1));
  });

  it('traps on an empty list', () => {
    expect(() => poll([])).toThrow(GuestMisuseError);
  });

  it('gives an index for each place of a pollable that is listed twice', async () => {
    const source = new MemorySource();
    const pollable = new Pollable(source);
    const polled = poll([pollable, pollable]);
    source.end();
    expect(await polled).toEqual(Uint32Array.of(0, 1));
  });

  it('waits on when it is woken without reason', async () => {
    const one = new Switch();
    const polled = poll([new Pollable(one)]);
    one.nudge();
    await Promise.resolve();
    one.turnOn();
    expect(await polled).toEqual(Uint32Array.of(0));
  });

  it('asks a slow pollable for one promise however often it is polled', async () => {
    const slow = new Pollable(new Switch());
    const slowSwitch = new Switch();
    const watched = new Pollable(slowSwitch);
    for (let i = 0; i < 100; i++) {
      const quick = new Switch();
      const polled = poll([slow, watched, new Pollable(quick)]);
      quick.turnOn();
      expect(await polled).toEqual(Uint32Array.of(2));
    }
    expect(slowSwitch.asked).toBe(1);
  });
});
