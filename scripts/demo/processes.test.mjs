import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { descendantsOf, stillRunning } from './processes.mjs';

test('children of children are found, and found gone when they have ended', async () => {
  const inner = 'process.stdout.write("ready"); process.stdin.resume()';
  const outer = `const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(inner)}], { stdio: ['inherit', 'inherit', 'inherit'] });`;
  const child = spawn(process.execPath, ['-e', outer], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');

  const below = descendantsOf(process.pid).filter(({ command }) => command.includes('stdin.resume'));
  expect(below).toHaveLength(2);
  expect(descendantsOf(child.pid)).toHaveLength(1);
  expect(stillRunning(below)).toHaveLength(2);

  child.stdin.end();
  await once(child, 'close');
  expect(stillRunning(below)).toEqual([]);
});
