import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGroupGuard, guardProgram } from './group-guard.js';

/** A group of two that heeds SIGTERM or not. Resolves once both run. */
async function startGroup({ heeds }: { readonly heeds: boolean }) {
  const trap = heeds ? '' : "trap '' TERM;";
  const leader = spawn('/bin/sh', ['-c', `${trap} sleep 600 & echo up; wait`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(leader, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await once(leader.stdout, 'data');
  return { pid: leader.pid ?? 0, exited, closed: once(leader.stdout, 'close') };
}

describe('the program that guards groups', () => {
  it('ends those it was told of, and not given up, when its input ends', async () => {
    const [meek, stubborn, other] = await Promise.all([
      startGroup({ heeds: true }),
      startGroup({ heeds: false }),
      startGroup({ heeds: true }),
    ]);
    const guard = spawn('/bin/sh', ['-c', guardProgram], { stdio: ['pipe', 'ignore', 'ignore'] });
    guard.stdin.end(`+ ${other.pid}\n+ ${meek.pid}\n+ ${stubborn.pid}\n- ${other.pid}\n`);
    await once(guard, 'exit');
    expect((await meek.exited)[1]).toBe('SIGTERM');
    expect((await stubborn.exited)[1]).toBe('SIGKILL');
    // Whatever holds their output has ended, too.
    await Promise.all([meek.closed, stubborn.closed]);
    expect(process.kill(other.pid, 0)).toBe(true);
    process.kill(-other.pid, 'SIGKILL');
    await other.exited;
  });
});

describe('a guard', () => {
  it.each([0, 1, -5])('refuses %d, by which it would end others', (id) => {
    const guard = createGroupGuard();
    expect(() => guard.watch(id)).toThrow(RangeError);
    guard.close();
    guard.close();
  });
});
