import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { fakeSystem } from '../testing/fake-system.js';
import { availableCores } from './available-cores.js';

const status = (list: string) =>
  `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`;

async function cores(files: Readonly<Record<string, string>>): Promise<number> {
  await using root = await createTempDir();
  await fakeSystem(root.path, { 'proc/self/status': status('0-7'), ...files });
  return availableCores({ root: root.path, parallelism: () => 5 });
}

describe('available cores', () => {
  it('are those the process may be put on', async () => {
    expect(await cores({})).toBe(8);
    expect(await cores({ 'proc/self/status': status('1,3-4,9') })).toBe(4);
  });

  it('are what Node.js says where the system does not', async () => {
    await using root = await createTempDir();
    expect(availableCores({ root: root.path, parallelism: () => 5 })).toBe(5);
  });

  it.each([
    ['200000 100000', 2],
    ['150000 100000', 2],
    ['25000 100000', 1],
    ['1000 100000', 1],
    ['max 100000', 8],
    ['9900000 100000', 8],
  ])('with a quota of %s are %i', async (quota, expected) => {
    expect(await cores({ 'proc/self/cgroup': '0::/pod\n', 'sys/fs/cgroup/pod/cpu.max': `${quota}\n` })).toBe(
      expected,
    );
  });

  it('go by the least quota of all groups the process is in', async () => {
    expect(
      await cores({
        'proc/self/cgroup': '0::/pod/app/main\n',
        'sys/fs/cgroup/pod/app/main/cpu.max': 'max 100000\n',
        'sys/fs/cgroup/pod/app/cpu.max': '600000 100000\n',
        'sys/fs/cgroup/pod/cpu.max': '300000 100000\n',
      }),
    ).toBe(3);
  });

  it('go by the group of the container where its own can not be seen', async () => {
    const files = { 'sys/fs/cgroup/cpu.max': '400000 100000\n' };
    expect(await cores({ ...files, 'proc/self/cgroup': '0::/kubepods/pod7/c\n' })).toBe(4);
    expect(await cores({ ...files, 'proc/self/cgroup': '0::/../../pod7\n' })).toBe(4);
  });

  it.each([
    ['300000', 3],
    ['-1', 8],
  ])('follow a quota of the first version, %s', async (quota, expected) => {
    expect(
      await cores({
        'proc/self/cgroup': '9:memory:/other\n4:cpu,cpuacct:/app\n0::/\n',
        'sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us': `${quota}\n`,
        'sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_period_us': '100000\n',
      }),
    ).toBe(expected);
  });

  it('are found on this machine', () => {
    expect(availableCores()).toBeGreaterThanOrEqual(1);
  });
});
