import { expect, it } from 'vitest';
import { runCli } from './program.js';
import { createTestIo } from './testing/test-io.js';

/** These run until they are ended, and what they print is a log; or they print a program for a shell. */
const withoutJson = ['completion', 'dev', 'up'];

it('every command that has results has them as JSON, too', async () => {
  const table = createTestIo();
  await runCli(['completion', 'bash'], table);
  const rows = table.output.split('\n').map((line) => line.split('|'));
  const commands = rows.flatMap(([kind, path = '', word]) =>
    kind === 'cmd' ? [`${path === '/' ? '' : path}/${word}`] : [],
  );
  const groups = new Set(rows.flatMap(([kind, path]) => (kind === 'cmd' ? [path] : [])));
  const leaves = commands.filter((path) => !groups.has(path));
  expect(leaves.length).toBeGreaterThan(40);
  const lacking: string[] = [];
  for (const path of leaves) {
    const io = createTestIo();
    await runCli([...path.slice(1).split('/'), '--help'], io);
    if (!/--output|--json/.test(io.output)) lacking.push(path.slice(1));
  }
  expect(lacking.sort()).toEqual(withoutJson);
});
