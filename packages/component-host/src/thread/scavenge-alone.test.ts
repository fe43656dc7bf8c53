import { startChild } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';

/** Whether scavenges of a process of its own are divided into tasks. */
async function hasHelp(preparation: string): Promise<boolean> {
  const program = `
    import { setFlagsFromString } from 'node:v8';
    import { scavengeAlone } from ${JSON.stringify(import.meta.resolve('./scavenge-alone.js'))};
    ${preparation}
    setFlagsFromString('--trace-gc');
    setFlagsFromString('--trace-parallel-scavenge');
    let kept = [];
    for (let i = 0; i < 600_000; i++) {
      kept.push([i, i]);
      if (kept.length > 50_000) kept = [];
    }`;
  const args = [...process.execArgv, '--input-type=module', '--eval', program];
  await using child = startChild(process.execPath, args, {});
  expect(await child.exited).toBe(0);
  const count = (text: string): number => child.output().split(text).length - 1;
  expect(count(': Scavenge ')).toBeGreaterThan(0);
  // A full collection may have one besides.
  return count('scavenge[') > 1.5 * count(': Scavenge ');
}

it('keeps the threads of others out of scavenges', async () => {
  expect(await hasHelp('')).toBe(true);
  expect(await hasHelp('scavengeAlone();')).toBe(false);
});
