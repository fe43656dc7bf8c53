import { describe, expect, it } from 'vitest';
import { createHttpTargets, HostStoppingError } from './http-targets.js';

const request = {
  providerId: 'http',
  host: '127.0.0.1',
  port: 8000,
  routing: { by: 'address' },
  routes: [{ route: 'all', match: { kind: 'any' }, componentId: 'shop', policy: {} }],
} as const;

/** Threads that tell how long the listeners had to close. */
function targetsOn(opened: Promise<void> = Promise.resolve()) {
  const closed: number[] = [];
  const threads = {
    listen: async () => {
      await opened;
      return {
        port: 8000,
        setRoute: async () => {},
        deleteRoute: async () => {},
        setTls: async () => {},
        trouble: () => 'one thread is deaf',
        async close(graceMs: number) {
          closed.push(graceMs);
        },
      };
    },
  };
  return { targets: createHttpTargets({ threads, graceMs: 5_000 }), closed };
}

describe('the HTTP addresses of a host', () => {
  it('are given up one by one with the time of a link that goes', async () => {
    const { targets, closed } = targetsOn();
    const lease = await targets.listen(request);
    expect(lease.trouble?.()).toBe('one thread is deaf');
    await lease.close();
    await targets.close(1_000);
    expect(closed).toEqual([5_000]);
  });

  it('are given up together with the time of a host that stops, and there are no new ones', async () => {
    const { targets, closed } = targetsOn();
    await targets.listen(request);
    await targets.listen(request);
    await targets.close(1_000);
    expect(closed).toEqual([1_000, 1_000]);
    await expect(targets.listen(request)).rejects.toThrow(HostStoppingError);
  });

  it('do not stay behind when they open while the host begins to stop', async () => {
    const mayOpen = Promise.withResolvers<void>();
    const { targets, closed } = targetsOn(mayOpen.promise);
    const opening = targets.listen(request);
    await targets.close(1_000);
    mayOpen.resolve();
    await expect(opening).rejects.toThrow(HostStoppingError);
    expect(closed).toEqual([0]);
  });
});
