import { describe, expect, it } from 'vitest';
import { abortSignalOf, Ending, type EndSignal } from './ending.js';

describe('an ending', () => {
  it('ends once, with the first reason', () => {
    const ending = new Ending();
    expect([ending.aborted, ending.reason]).toEqual([false, undefined]);
    ending.throwIfAborted();
    ending.end('first');
    ending.end('second');
    expect([ending.aborted, ending.reason]).toEqual([true, 'first']);
    expect(() => ending.throwIfAborted()).toThrow('first');
  });

  it('tells its listeners, in the order in which they came, each once', () => {
    const ending = new Ending();
    const told: string[] = [];
    const leaver = (): void => void told.push('leaver');
    const first = (): void => void told.push(`first: ${ending.reason}`);
    ending.addEventListener('abort', first);
    ending.addEventListener('abort', leaver);
    ending.addEventListener('abort', first);
    ending.addEventListener('abort', () => told.push('last'));
    ending.removeEventListener('abort', leaver);
    ending.end('why');
    ending.end('again');
    expect(told).toEqual(['first: why', 'last']);
  });

  it('tells nobody who comes after it', () => {
    const ending = new Ending();
    ending.end('why');
    ending.addEventListener('abort', () => expect.unreachable());
    ending.end('again');
  });

  it('has one AbortSignal, whenever that is asked for', () => {
    for (const endsFirst of [true, false]) {
      const ending = new Ending();
      if (endsFirst) ending.end('why');
      const { signal } = ending;
      expect(signal.aborted).toBe(endsFirst);
      ending.end('why');
      expect([signal.aborted, signal.reason]).toEqual([true, 'why']);
      expect(ending.signal).toBe(signal);
    }
  });
});

describe('the AbortSignal of an EndSignal', () => {
  it('is the signal itself, or that of the ending', () => {
    const { signal } = new AbortController();
    expect(abortSignalOf(signal)).toBe(signal);
    const ending = new Ending();
    expect(abortSignalOf(ending)).toBe(ending.signal);
  });

  it('ends with any other one', () => {
    for (const endsFirst of [true, false]) {
      const ending = new Ending();
      const other: EndSignal = {
        get aborted() {
          return ending.aborted;
        },
        get reason() {
          return ending.reason;
        },
        throwIfAborted: () => ending.throwIfAborted(),
        addEventListener: (type, listener) => ending.addEventListener(type, listener),
        removeEventListener: (type, listener) => ending.removeEventListener(type, listener),
      };
      if (endsFirst) ending.end('why');
      const signal = abortSignalOf(other);
      ending.end('why');
      expect(signal.reason).toBe('why');
    }
  });
});
