import { describe, expect, it } from 'vitest';
import { createMessageQueue } from './message-queue.js';

/** Handles messages when told to. */
function manual() {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const handle = (message: number): Promise<void> => {
    started.push(message);
    return new Promise((resolve) => finish.push(resolve));
  };
  return { started, finish, handle };
}

describe('message queue', () => {
  it('handles a bounded number at a time, in order', async () => {
    const { started, finish, handle } = manual();
    const queue = createMessageQueue(handle, { running: 2, waiting: 10 });
    for (const message of [1, 2, 3, 4]) expect(queue.push(message)).toBe(true);
    expect(started).toEqual([1, 2]);
    finish[1]?.();
    await expect.poll(() => started).toEqual([1, 2, 3]);
    finish[0]?.();
    await expect.poll(() => started).toEqual([1, 2, 3, 4]);
  });

  it('refuses what is more than may wait', async () => {
    const { started, finish, handle } = manual();
    const queue = createMessageQueue(handle, { running: 1, waiting: 1 });
    expect([1, 2, 3].map((message) => queue.push(message))).toEqual([true, true, false]);
    finish[0]?.();
    await expect.poll(() => started).toEqual([1, 2]);
    expect(queue.push(4)).toBe(true);
  });

  it('drops what waits when it is closed', async () => {
    const { started, finish, handle } = manual();
    const queue = createMessageQueue(handle, { running: 1, waiting: 9 });
    queue.push(1);
    queue.push(2);
    queue.close();
    finish[0]?.();
    queue.push(3);
    await expect.poll(() => started).toEqual([1, 3]);
  });
});
