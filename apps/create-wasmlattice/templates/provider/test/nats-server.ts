import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A `nats-server` on a free port; `NATS_SERVER_BIN` names one that is not on the PATH. */
export async function startNatsServer(): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.env.NATS_SERVER_BIN ?? 'nats-server', ['-a', '127.0.0.1', '-p', '-1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const port = (async () => {
    for await (const line of createInterface(child.stderr)) {
      const [, digits] = /Listening for client connections on [\d.]+:(\d+)/.exec(line) ?? [];
      if (digits !== undefined) return digits;
    }
    throw new Error('nats-server ended');
  })();
  return { url: `nats://127.0.0.1:${await Promise.race([port, failed])}`, stop: () => void child.kill() };
}
