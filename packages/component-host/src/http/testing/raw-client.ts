import { connect, type Socket } from 'node:net';

/** A client that writes what it is told to, and keeps what it gets. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  received = '';
  #changed = Promise.withResolvers<void>();
  #ended = false;
  error: Error | undefined;

  constructor({ address }: { readonly address: { readonly host: string; readonly port: number } }) {
    this.socket = connect(address.port, address.host);
    this.socket.on('data', (data: Buffer) => {
      this.received += data.toString('latin1');
      this.#notify();
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.socket.on('close', () => {
      this.#ended = true;
      this.#notify();
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Resolves when everything so far was handed to the system. */
  async sent(): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write('', () => resolve()));
  }

  async until(wanted: string | RegExp): Promise<void> {
    while (!(typeof wanted === 'string' ? this.received.includes(wanted) : wanted.test(this.received))) {
      if (this.#ended) throw new Error(`connection closed; received: ${this.received}`);
      await this.#changed.promise;
    }
  }

  async closed(): Promise<string> {
    while (!this.#ended) await this.#changed.promise;
    return this.received;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** `GET` of a path, as bytes. */
export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
