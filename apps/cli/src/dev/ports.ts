import { once } from 'node:events';
import { createServer } from 'node:net';
import { usageError } from '../global-options.js';

/** Where a component is served when nothing says it. */
const usualPort = 8000;

/** The usual port on loopback, or a free one when it is taken. */
export async function freePort(): Promise<number> {
  return (await tryPort('127.0.0.1', usualPort)) ?? (await tryPort('127.0.0.1', 0)) ?? usualPort;
}

/** @throws CliError when somebody listens at the address already */
export async function assertFree(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  if ((await tryPort(hostname.replace(/^\[(.*)\]$/, '$1'), Number(port))) !== undefined) return;
  throw usageError(
    `port ${port} is taken: something listens at ${address} already`,
    'stop it, or choose another port with --port; --port 0 takes a free one',
  );
}

/** The port, if it could be listened at. */
export async function tryPort(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
