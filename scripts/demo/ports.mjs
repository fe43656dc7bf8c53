import { once } from 'node:events';
import { createServer } from 'node:net';

/** The wanted port of 127.0.0.1 if nobody has it, else one that is free. */
export async function pickPort(wanted) {
  return (await tryListen(wanted)) ?? (await tryListen(0));
}

async function tryListen(port) {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const { port: taken } = server.address();
  server.close();
  await once(server, 'close');
  return taken;
}
