import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from 'nats';

/** Longest wait for a message; reached only when something is broken. */
const patienceMs = 60_000;

/** One channel of a call as it was received: all bytes, and the headers of the empty message that ended it. */
export interface ReceivedChannel {
  readonly hex: string;
  readonly endHeaders: MsgHdrs | undefined;
}

/** A wRPC call made of plain NATS messages, as a peer of another implementation makes it. */
export interface ForeignCall {
  /** Publishes to `{peer's inbox}.params{path}`; an empty text is the end marker. */
  send(path: string, hex: string): void;
  /** Everything on `{own inbox}.results{path}` up to its end marker. */
  results(path: string): Promise<ReceivedChannel>;
}

/** Sends the first message and waits for the handshake. */
export async function callByHand(
  connection: NatsConnection,
  subject: string,
  firstHex: string,
): Promise<ForeignCall> {
  const inbox = createInbox();
  const messages: Msg[] = [];
  const waiting = new Set<() => void>();
  const receive = (error: Error | null, message: Msg): void => {
    if (error !== null) throw error;
    messages.push(message);
    for (const check of [...waiting]) check();
  };
  connection.subscribe(inbox, { callback: receive });
  connection.subscribe(`${inbox}.>`, { callback: receive });

  const until = <T>(what: string, find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`${what} did not come on ${subject}`));
      }, patienceMs);
      waiting.add(check);
      check();
    });

  connection.publish(subject, bytes(firstHex), { reply: inbox });
  const peer = await until('the handshake', () => messages.find((message) => message.subject === inbox));
  if (!peer.reply)
    throw new Error(`the peer refused the call: ${peer.headers?.status ?? 'no reply subject'}`);
  const { reply } = peer;

  return {
    send(path, hex) {
      connection.publish(`${reply}.params${path}`, bytes(hex));
    },
    results: (path) =>
      until(`the end of results${path}`, () => {
        const channel = messages.filter((message) => message.subject === `${inbox}.results${path}`);
        const end = channel.findIndex((message) => message.data.length === 0);
        if (end === -1) return undefined;
        const hex = Buffer.concat(channel.slice(0, end).map(({ data }) => data)).toString('hex');
        return { hex, endHeaders: channel[end]?.headers };
      }),
  };
}

/** Spaces may group the digits. */
export function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

/** A WIT string: length and UTF-8. For texts shorter than 128 bytes. */
export function string(text: string): string {
  const utf8 = Buffer.from(text);
  return `${utf8.length.toString(16).padStart(2, '0')} ${utf8.toString('hex')}`;
}
