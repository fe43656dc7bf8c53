import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from './child.js';
import { createTempDir } from './temp-dir.js';

/** A real `nats-server` with JetStream on a free loopback port. */
export interface TestNatsServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

export async function startNatsServer(): Promise<TestNatsServer> {
  const dir = await createTempDir();
  const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
  const child = startChild(
    program,
    ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', dir.path, '--ports_file_dir', dir.path],
    { PATH: process.env.PATH },
  );
  const dispose = async (): Promise<void> => {
    await child[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  };
  try {
    await child.waitForLine(/Server is ready/);
    const port = await readPort(dir.path, child);
    return { url: `nats://127.0.0.1:${port}`, host: '127.0.0.1', port, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function readPort(dir: string, child: Child): Promise<number> {
  const file = (await readdir(dir)).find((name) => name.endsWith('.ports'));
  if (file === undefined) throw new Error(`nats-server wrote no ports file:\n${child.output()}`);
  const ports = JSON.parse(await readFile(join(dir, file), 'utf8')) as { readonly nats: readonly string[] };
  const url = ports.nats[0];
  if (url === undefined) throw new Error('nats-server listens nowhere');
  return Number(new URL(url).port);
}
