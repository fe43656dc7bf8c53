import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that systems take for outgoing connections: a load opens thousands of those, on any port of the range. */
const [lowest, highest] = [12_000, 30_000];

/** A port of 127.0.0.1 that a server can have for as long as the run takes. */
export async function serverPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
