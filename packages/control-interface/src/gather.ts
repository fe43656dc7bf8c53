import { createInbox, ErrorCode, type Msg, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import { untilAborted } from './abort.js';

/** What {@link gather} needs beside the request. */
export interface GatherRequest {
  readonly connection: NatsConnection;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers?: MsgHdrs;
  readonly inboxPrefix?: string | undefined;
  /** How long to collect, in ms. */
  readonly windowMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Takes one answer; returns whether that was the last one wanted. */
  readonly onAnswer: (answer: Msg) => boolean;
}

/**
 * Publishes a request and collects answers until the window closes, the last one wanted is there, the server says
 * that nobody listens, or the signal aborts (then it rejects with its reason).
 */
export async function gather(request: GatherRequest): Promise<void> {
  const { connection, subject, payload, headers, inboxPrefix, windowMs, signal, onAnswer } = request;
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const inbox = createInbox(inboxPrefix);
  const receive = (error: NatsError | null, answer: Msg): void => {
    if (error !== null) reject(error);
    else if (isNoResponders(answer) || onAnswer(answer)) resolve();
  };
  const subscription = connection.subscribe(inbox, { callback: receive });
  // No message tells that the connection closed; the subscription does.
  void subscription.closed.then(() => reject(NatsError.errorForCode(ErrorCode.ConnectionClosed)));
  const timer = setTimeout(resolve, windowMs);
  try {
    connection.publish(subject, payload, { reply: inbox, ...(headers === undefined ? {} : { headers }) });
    await untilAborted(promise, signal);
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

function isNoResponders(answer: Msg): boolean {
  return answer.data.length === 0 && answer.headers?.code === 503;
}
