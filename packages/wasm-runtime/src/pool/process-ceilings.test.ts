import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { fakeSystem } from '../testing/fake-system.js';
import { type ProcessCeilings, readProcessCeilings } from './process-ceilings.js';

const gib = 1024 ** 3;

async function ceilings(
  files: Readonly<Record<string, string>>,
  overrides?: Partial<ProcessCeilings>,
): Promise<ProcessCeilings> {
  await using root = await createTempDir();
  await fakeSystem(root.path, files);
  return readProcessCeilings(overrides, { root: root.path, totalMemory: 16 * gib });
}

describe('the ceilings of a process', () => {
  it('are those of V8, and most of what the machine has', async () => {
    expect(await ceilings({ 'proc/sys/vm/max_map_count': '65530\n' })).toEqual({
      'suspended-stacks': 16_000,
      'linear-memories': 12_000,
      'mapped-areas': 52_424,
      'resident-memory': Math.floor(0.9 * 16 * gib),
    });
  });

  it('leave mapped areas unbounded where the system does', async () => {
    expect((await ceilings({}))['mapped-areas']).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ['of its group', { 'sys/fs/cgroup/pod/app/memory.max': `${4 * gib}` }],
    [
      'of a group around it',
      { 'sys/fs/cgroup/pod/app/memory.max': 'max', 'sys/fs/cgroup/pod/memory.max': `${4 * gib}` },
    ],
    ['of its container', { 'sys/fs/cgroup/memory.max': `${4 * gib}` }],
    ['of the first version', { 'sys/fs/cgroup/memory/pod/app/memory.limit_in_bytes': `${4 * gib}` }],
    ['beside the first version', { 'sys/fs/cgroup/unified/pod/app/memory.max': `${4 * gib}` }],
  ])('follow a memory limit %s', async (_where, files) => {
    const found = await ceilings({ 'proc/self/cgroup': '4:memory:/pod/app\n0::/pod/app\n', ...files });
    expect(found['resident-memory']).toBe(Math.floor(0.9 * 4 * gib));
  });

  it('take no notice of a memory limit that is none', async () => {
    const found = await ceilings({
      'proc/self/cgroup': '4:memory:/\n0::/\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/memory.max': `${64 * gib}\n`,
    });
    expect(found['resident-memory']).toBe(Math.floor(0.9 * 16 * gib));
  });

  it('can be given', async () => {
    const given = { 'linear-memories': 100, 'resident-memory': gib };
    expect(await ceilings({}, given)).toMatchObject(given);
  });
});
