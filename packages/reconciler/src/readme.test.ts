import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild, startNatsServer } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';

it('the sample in the README runs to its end', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const sample = /```ts\n([\s\S]*?)```/.exec(await readFile(`${root}README.md`, 'utf8'))?.[1] ?? '';
  await using nats = await startNatsServer();
  await using child = startChild(
    process.execPath,
    [...process.execArgv, '--input-type=module-typescript', '--eval', sample],
    { NATS_URL: nats.url },
  );
  expect([await child.exited, child.output()]).toEqual([0, '']);
});
