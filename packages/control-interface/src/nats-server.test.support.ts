import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, startChild } from '@wasmlattice/test-support';

/** A real `nats-server` with settings of its own: limits, users, permissions. */
export async function startConfiguredNatsServer(
  config: string,
): Promise<AsyncDisposable & { readonly url: string; readonly port: number }> {
  const dir = await createTempDir();
  const file = join(dir.path, 'nats.conf');
  await writeFile(file, `host: 127.0.0.1\nport: -1\n${config}\n`);
  const child = startChild(process.env.NATS_SERVER_BIN ?? 'nats-server', ['-c', file], {
    PATH: process.env.PATH,
  });
  const listening = await child.waitForLine(/Listening for client connections on 127\.0\.0\.1:(\d+)/);
  await child.waitForLine(/Server is ready/);
  const port = Number(listening[1]);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      await child[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
