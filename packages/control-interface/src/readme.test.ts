import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChild, startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { serveControlInterface } from './server.js';
import { recordingHandlers } from './testing/recording-handlers.js';

it('the sample in the README runs and prints what it says', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const sample = /```ts\n([\s\S]*?)```/.exec(await readFile(`${root}README.md`, 'utf8'))?.[1] ?? '';
  await using nats = await startNatsServer();
  const connection = await connect({ servers: nats.url });
  const handlers = recordingHandlers(() => {});
  const server = await serveControlInterface({ connection, lattice: 'default', hostId: 'N1', handlers });
  await using child = startChild(process.execPath, ['--input-type=module-typescript', '--eval', sample], {
    NATS_URL: nats.url,
  });
  await child.exited;
  expect(child.output()).toBe('calm-river-0042: 0 components, 0 providers\n');
  await server.close();
  await connection.close();
});
