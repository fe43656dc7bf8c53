import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { readGroupUsage, secondsOf } from './group-usage.js';

it('adds up the memory and the time of a process and of what it started', async () => {
  const busy = 'const until = performance.now() + 200; while (performance.now() < until); console.log("up");';
  const held = 'globalThis.held = Buffer.alloc(64 * 1024 * 1024, 1); setInterval(() => {}, 1000);';
  const program = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(held + busy)}], { stdio: ['ignore', 'inherit', 'inherit'] });
  `;
  const leader = spawn(process.execPath, ['-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = leader.pid ?? 0;
  try {
    await once(leader.stdout, 'data');
    const usage = await readGroupUsage(new Set([pid, 2_000_000_000]));
    expect([...usage.keys()]).toEqual([pid]);
    expect(usage.get(pid)?.residentBytes).toBeGreaterThan(64 * 1024 * 1024);
    expect(usage.get(pid)?.cpuSeconds).toBeGreaterThan(0);
  } finally {
    process.kill(-pid, 'SIGKILL');
  }
  await once(leader, 'close');
  expect((await readGroupUsage(new Set([pid]))).get(pid)?.residentBytes ?? 0).toBe(0);
});

it.each([
  ['00:01', 1],
  ['2:03.50', 123.5],
  ['01:00:02', 3_602],
  ['2-01:00:00', 176_400],
])('reads the time %s of ps', (time, seconds) => {
  expect(secondsOf(time)).toBe(seconds);
});
