import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';

const host = '127.0.0.1';

/** A way to a NATS server that a test can cut: what uses it loses its connection, and has none until it is mended. */
export class NatsLink implements AsyncDisposable {
  readonly url: string;
  readonly #listener: Server;
  readonly #sockets: Set<Socket>;
  #state: 'whole' | 'cut' | 'greeting' = 'whole';

  private constructor(listener: Server, natsPort: number) {
    this.#listener = listener;
    this.#sockets = new Set();
    this.url = `nats://${host}:${(listener.address() as AddressInfo).port}`;
    listener.on('connection', (near) => {
      const far = this.#state === 'cut' ? undefined : tcpConnect(natsPort, host);
      if (!far) {
        near.destroy();
        return;
      }
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.setNoDelay(true);
        from.on('error', () => {});
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroySoon();
        });
      }
      if (this.#state === 'greeting') {
        far.once('data', (greeting) => {
          near.end(greeting);
          far.destroy();
        });
      } else {
        near.pipe(far).pipe(near);
      }
    });
  }

  static async to(natsPort: number): Promise<NatsLink> {
    const listener = createServer();
    listener.listen(0, host);
    await once(listener, 'listening');
    return new NatsLink(listener, natsPort);
  }

  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets the server greet whoever comes and hang up, as one does that has too many connections. */
  greet(): void {
    this.#state = 'greeting';
  }

  mend(): void {
    this.#state = 'whole';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }
}
