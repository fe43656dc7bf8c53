import { createInbox, type NatsConnection, type PublishOptions } from 'nats';

/** A request to a provider was not answered by the process it was meant for. */
export class ProviderSilentError extends Error {
  override readonly name = 'ProviderSilentError';
  /** `nobody` when no process listens on the subject at all, which the server tells at once. */
  readonly failure: 'nobody' | 'timeout';

  constructor(subject: string, failure: 'nobody' | 'timeout', timeoutMs: number) {
    super(
      failure === 'nobody'
        ? `nobody listens on ${subject}`
        : `no answer on ${subject} within ${timeoutMs} ms`,
    );
    this.failure = failure;
  }
}

export interface ProviderQuestion<T> {
  readonly connection: NatsConnection;
  /** First tokens of inboxes that the connection may have; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
  readonly subject: string;
  readonly payload?: string | Uint8Array | undefined;
  readonly headers?: PublishOptions['headers'] | undefined;
  readonly timeoutMs: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Reads an answer; `undefined` for one of another process, which is passed over. What it throws ends the wait. */
  readonly read: (text: string) => T | undefined;
}

/**
 * Asks one process of a provider on a subject that those of other hosts may share: the first answer may come from anybody.
 *
 * @throws ProviderSilentError, what `read` throws, the signal's reason
 */
export async function askProvider<T>(question: ProviderQuestion<T>): Promise<T> {
  const { connection, headers, inboxPrefix, payload, read, signal, subject, timeoutMs } = question;
  signal?.throwIfAborted();
  const { promise, reject, resolve } = Promise.withResolvers<T>();
  const inbox = createInbox(inboxPrefix);
  const answers = connection.subscribe(inbox, {
    callback(error, message) {
      if (error !== null) return reject(error);
      if (message.headers?.code === noResponders) {
        return reject(new ProviderSilentError(subject, 'nobody', timeoutMs));
      }
      try {
        const answer = read(message.string());
        if (answer !== undefined) resolve(answer);
      } catch (cause) {
        reject(cause);
      }
    },
  });
  const late = setTimeout(() => reject(new ProviderSilentError(subject, 'timeout', timeoutMs)), timeoutMs);
  const giveUp = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    connection.publish(subject, payload, { reply: inbox, ...(headers !== undefined && { headers }) });
    return await promise;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
    if (!connection.isClosed()) answers.unsubscribe();
  }
}

/** Status of a message the server sends when a request has no subscriber. */
const noResponders = 503;
