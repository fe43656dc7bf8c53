import { createConnection, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const chunkedEnd = Buffer.from('0\r\n\r\n');

/** What the client needs to know of an answer. */
interface Answer {
  readonly status: number;
  /** Bytes from the start of the head to the end of the body. */
  readonly length: number;
  readonly keepsAlive: boolean;
}

/**
 * The next whole answer at the start of `bytes`, if it is there. Understands `content-length` and chunked bodies whose
 * last chunk ends the bytes, which is all that one request at a time can bring.
 */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const keepsAlive = !head.includes('\r\nconnection: close');
  const bodyStart = end + headEnd.length;
  const declared = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  if (declared !== undefined) {
    const length = bodyStart + Number(declared);
    return bytes.length >= length ? { status, length, keepsAlive } : undefined;
  }
  const isWhole = bytes.subarray(-chunkedEnd.length).equals(chunkedEnd) && bytes.length > bodyStart;
  return isWhole ? { status, length: bytes.length, keepsAlive } : undefined;
}

/** One connection of a load: sends the same request again and again, each after the answer to the last. */
export class LoadConnection {
  readonly #port: number;
  readonly #onAnswer: (status: number) => void;
  readonly #onError: (error: Error) => void;
  readonly #request: string;
  #socket: Socket | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #stopped = false;

  constructor(port: number, onAnswer: (status: number) => void, onError: (error: Error) => void) {
    this.#port = port;
    this.#onAnswer = onAnswer;
    this.#onError = onError;
    this.#request = `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = createConnection({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#rest = Buffer.alloc(0);
    socket.on('connect', () => socket.write(this.#request));
    socket.on('data', (bytes: Buffer) => this.#read(socket, bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      if (socket === this.#socket)
        this.#fail(new Error('the server closed the connection before its answer'));
    });
  }

  #read(socket: Socket, bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const answer = readAnswer(this.#rest);
    if (answer === undefined) return;
    this.#rest = this.#rest.subarray(answer.length);
    this.#onAnswer(answer.status);
    if (this.#stopped) return;
    if (answer.keepsAlive) {
      socket.write(this.#request);
    } else {
      this.#socket = undefined;
      socket.destroy();
      this.#connect();
    }
  }

  #fail(error: Error): void {
    if (!this.#stopped) this.#onError(error);
  }
}
