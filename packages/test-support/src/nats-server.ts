import { startChild } from './child.js';
import { createTempDir } from './temp-dir.js';

/** A real `nats-server` with JetStream on a free loopback port, gone with its scope. */
export interface TestNatsServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

const host = '127.0.0.1';

/** Runs the program `NATS_SERVER_BIN` names, else `nats-server` on the PATH. */
export async function startNatsServer(): Promise<TestNatsServer> {
  const dir = await createTempDir();
  const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
  const child = startChild(program, ['-a', host, '-p', '-1', '-js', '-sd', dir.path], {
    PATH: process.env.PATH,
  });
  const dispose = async (): Promise<void> => {
    await child[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  };
  try {
    const [, digits] = await child.waitForLine(/Listening for client connections on [\d.]+:(\d+)/);
    await child.waitForLine(/Server is ready/);
    const port = Number(digits);
    return { url: `nats://${host}:${port}`, host, port, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
