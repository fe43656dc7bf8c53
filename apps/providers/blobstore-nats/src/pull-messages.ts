import { setTimeout as delay } from 'node:timers/promises';
import { createInbox, ErrorCode, type Msg, type NatsConnection, NatsError } from 'nats';

export interface PullOptions {
  readonly connection: NatsConnection;
  /** Where the consumer is asked for messages. */
  readonly subject: string;
  /** How many there are. */
  readonly total: number;
  /** How many may be on their way, or here and not yet read. */
  readonly window: number;
  /** How long the server may send nothing although it was asked, in ms. */
  readonly patienceMs: number;
  /** How many the server has sent or still has: fewer than `total` once some were deleted. Asked when it is silent. */
  readonly known: () => Promise<number>;
  /** First tokens of inboxes that the connection may have. */
  readonly inboxPrefix?: string | undefined;
}

/** Silence after which the server is asked whether the messages are still there, in ms. */
const silenceMs = 500;

/** The server says that it has fewer messages than were there. */
export class MessagesGoneError extends Error {
  override readonly name = 'MessagesGoneError';
}

/**
 * The messages of a pull consumer that acknowledges none, at the pace of their reader: the library's own iterators lose messages that a
 * slow reader has not taken when their request expires.
 *
 * @throws MessagesGoneError
 * @throws NatsError when the server does not answer in time
 */
export async function* pullMessages(options: PullOptions): AsyncGenerator<Msg> {
  const { connection, subject, total, window, patienceMs, known, inboxPrefix } = options;
  const inbox = createInbox(inboxPrefix);
  const queue: Msg[] = [];
  let failure: Error | undefined;
  let wake = (): void => {};
  let asked = 0;

  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null) failure ??= error;
      else if (message.subject !== inbox) queue.push(message);
      else failure ??= failureOf(message);
      wake();
    },
  });
  const ask = (given: number): void => {
    const batch = Math.min(window - (asked - given), total - asked);
    // Few at a time are not worth a request of their own, unless they are the last.
    if (batch <= 0 || (batch < window / 2 && asked + batch < total)) return;
    asked += batch;
    connection.publish(subject, JSON.stringify({ batch, expires: patienceMs * 1_000_000 }), { reply: inbox });
  };

  try {
    for (let given = 0; given < total; given++) {
      ask(given);
      while (queue.length === 0) {
        if (failure !== undefined) throw failure;
        const woken = new Promise<boolean>((resolve) => {
          wake = () => resolve(true);
        });
        if (await within(silenceMs, woken)) continue;
        // Deletions are not told to who waits for what was deleted.
        if ((await known()) < total) throw new MessagesGoneError('some were deleted');
        if (!(await within(patienceMs, woken))) throw NatsError.errorForCode(ErrorCode.Timeout);
      }
      yield queue.shift() as Msg;
    }
  } finally {
    subscription.unsubscribe();
  }
}

/** Whether it settles in time. */
async function within(ms: number, settled: Promise<boolean>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal, ref: false }).catch(() => false);
  const came = await Promise.race([settled, late]);
  timer.abort();
  return came;
}

/** 404 and 408: there is nothing to send. 409: the consumer was deleted. 503: it is not there. Others are signs of life. */
function failureOf({ headers }: Msg): Error | undefined {
  if (headers === undefined || headers.code < 400) return undefined;
  return new MessagesGoneError(`the server says ${headers.code} ${headers.description}`);
}
