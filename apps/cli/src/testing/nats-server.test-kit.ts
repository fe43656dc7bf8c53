import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestNatsServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A real `nats-server` on a free port of the loopback interface. */
export async function startNatsServer(): Promise<TestNatsServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-cli-nats-'));
  const program = process.env.NATS_SERVER_BIN ?? 'nats-server';
  const child = spawn(program, ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
  });
  const exited = once(child, 'exit');
  let port = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    port = Number(/client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? port);
    if (line.includes('Server is ready')) break;
  }
  child.stderr.resume();
  if (port === 0) throw new Error('nats-server did not start');
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
