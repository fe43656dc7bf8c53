import { describe, expect, it } from 'vitest';
import { EventLog } from './event-log.js';

async function take<T>(source: AsyncIterator<T>, count: number): Promise<T[]> {
  const items: T[] = [];
  while (items.length < count) {
    const { done, value } = await source.next();
    if (done) break;
    items.push(value);
  }
  return items;
}

describe('EventLog', () => {
  it('gives each reader everything from its position on', async () => {
    const log = new EventLog<string>(10);
    log.push('a');
    const early = log.read(0);
    const late = log.read(log.end);
    log.push('b');
    log.push('c');
    expect(await take(early, 3)).toEqual(['a', 'b', 'c']);
    expect(await take(late, 2)).toEqual(['b', 'c']);
  });

  it('wakes readers that wait at the end', async () => {
    const log = new EventLog<string>(10);
    const readers = [take(log.read(0), 1), take(log.read(0), 1)];
    log.push('a');
    expect(await Promise.all(readers)).toEqual([['a'], ['a']]);
  });

  it('drops the oldest beyond its capacity; slow readers skip them', async () => {
    const log = new EventLog<number>(3);
    const slow = log.read(0);
    for (let item = 0; item < 10; item += 1) log.push(item);
    expect(log.end).toBe(10);
    expect(await take(slow, 3)).toEqual([7, 8, 9]);
  });

  it('lets readers finish what is there when it ends', async () => {
    const log = new EventLog<string>(10);
    const waiting = take(log.read(0), 5);
    log.push('a');
    log.finish();
    log.push('too late');
    expect(await waiting).toEqual(['a']);
    expect(await take(log.read(0), 5)).toEqual(['a']);
  });

  it('ends a waiting reader with the reason of its signal', async () => {
    const log = new EventLog<string>(10);
    const user = new AbortController();
    const waiting = log.read(0, user.signal).next();
    user.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
