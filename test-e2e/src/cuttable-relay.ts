import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way between two servers that can be cut. */
export interface CuttableRelay extends AsyncDisposable {
  /** Where to connect instead, on the loopback. */
  readonly port: number;
  /** Breaks all connections and refuses others until {@link CuttableRelay.mend}. */
  cut(): void;
  mend(): void;
}

/** Listens on a port of the loopback and passes everything on to another one. */
export async function startRelay(target: number): Promise<CuttableRelay> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const follow = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((incoming) => {
    if (isCut) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(target, '127.0.0.1');
    follow(incoming, outgoing);
    follow(outgoing, incoming);
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = (): void => {
    for (const socket of [...sockets]) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      breakAll();
    },
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
