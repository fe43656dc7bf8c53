import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real nats-server of a test's own. */
export interface NatsProcess {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface NatsProcessOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Content of a configuration file. */
  readonly config?: string;
}

/** Resolves once the server takes connections. */
export async function startNats({ port = -1, config = '' }: NatsProcessOptions = {}): Promise<NatsProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'wasmlattice-rpc-'));
  const configFile = join(directory, 'nats.conf');
  await writeFile(configFile, config);
  const binary = process.env.NATS_SERVER_BIN ?? 'nats-server';
  const child = spawn(binary, ['-c', configFile, '-a', '127.0.0.1', '-p', String(port)], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const listening = await listeningPort(child);
  return {
    url: `nats://127.0.0.1:${listening}`,
    port: listening,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (!child.stderr) throw new Error('nats-server has no stderr');
  const log: string[] = [];
  let port = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    log.push(line);
    const match = /Listening for client connections on .*:(\d+)/.exec(line);
    if (match) port = Number(match[1]);
    if (port && line.includes('Server is ready')) {
      child.stderr.resume();
      return port;
    }
  }
  throw new Error(`nats-server did not start:\n${log.join('\n')}`);
}
