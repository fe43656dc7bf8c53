import { describe, expect, it } from 'vitest';
import { CommandQueueClosedError, createCommandQueue } from './command-queue.js';

describe('command queue', () => {
  it('runs one command at a time, in order, and goes on after a failure', async () => {
    const queue = createCommandQueue();
    const gate = Promise.withResolvers<void>();
    const done: string[] = [];
    const first = queue.run(async () => {
      await gate.promise;
      done.push('first');
      throw new Error('first failed');
    });
    const second = queue.run(() => done.push('second'));
    expect(done).toEqual([]);
    gate.resolve();
    await expect(first).rejects.toThrow('first failed');
    await second;
    expect(done).toEqual(['first', 'second']);
  });

  it('finishes the command under way when closed, but begins none', async () => {
    const queue = createCommandQueue();
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const running = queue.run(async () => {
      begun.resolve();
      await gate.promise;
    });
    const late = queue.run(() => 'late');
    await begun.promise;
    const closed = queue.close();
    gate.resolve();
    await running;
    await closed;
    await expect(late).rejects.toThrow(CommandQueueClosedError);
    await expect(queue.run(() => 'later')).rejects.toThrow(CommandQueueClosedError);
  });
});
