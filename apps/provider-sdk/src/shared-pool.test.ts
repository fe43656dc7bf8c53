import { describe, expect, it } from 'vitest';
import { SharedPool } from './shared-pool.js';

function setUp() {
  const events: string[] = [];
  const pool = new SharedPool<{ readonly url: string; readonly user?: string }, string>({
    async open({ url }) {
      events.push(`open ${url}`);
      if (url === 'bad' && events.length === 1) throw new Error('no server');
      return url;
    },
    close: async (url) => void events.push(`close ${url}`),
  });
  return { pool, events };
}

describe('a shared pool', () => {
  it('has one for users with the same key, and closes it when the last gives it back', async () => {
    const { pool, events } = setUp();
    const [first, second] = await Promise.all([pool.acquire({ url: 'a' }), pool.acquire({ url: 'a' })]);
    await pool.acquire({ url: 'a', user: 'other' });
    expect(events).toEqual(['open a', 'open a']);
    expect(first.value).toBe(second.value);
    await first.release();
    await first.release();
    expect(events).toHaveLength(2);
    await second[Symbol.asyncDispose]();
    expect(events.slice(2)).toEqual(['close a']);
    expect(await pool.values()).toEqual(['a']);
    await pool.close();
    await pool.close();
    expect(events.slice(2)).toEqual(['close a', 'close a']);
  });

  it('tries again after a failure', async () => {
    const { pool, events } = setUp();
    await expect(pool.acquire({ url: 'bad' })).rejects.toThrow('no server');
    expect(await pool.values()).toEqual([]);
    expect((await pool.acquire({ url: 'bad' })).value).toBe('bad');
    expect(events).toEqual(['open bad', 'open bad']);
  });

  it('closes nothing twice that was closed with it', async () => {
    const { pool, events } = setUp();
    const user = await pool.acquire({ url: 'a' });
    await pool.close();
    await user.release();
    expect(events).toEqual(['open a', 'close a']);
  });
});
