import { type DeadLetterCause, deadLetterHeaders } from '@wasmlattice/messaging';
import { headers, type JetStreamClient, type JsMsg, type MsgHdrs } from 'nats';

/** Where the messages of one consumer go that are no longer delivered. */
export interface DeadLetters {
  /** Resolves when a stream has it; rejects when none does. A second call for the same message adds nothing. */
  store(message: JsMsg, cause: DeadLetterCause): Promise<void>;
}

export function createDeadLetters(
  jetstream: JetStreamClient,
  subject: string,
  component: string,
): DeadLetters {
  return {
    async store(message, cause) {
      const { consumer, deliveryCount, stream, streamSequence, timestampNanos } = message.info;
      const own = deadLetterHeaders(cause, { component, attempts: deliveryCount });
      const about = {
        ...own,
        'Dead-Letter-Subject': message.subject,
        'Dead-Letter-Stream': stream,
        'Dead-Letter-Consumer': consumer,
        'Dead-Letter-Sequence': String(streamSequence),
        'Dead-Letter-Time': new Date(timestampNanos / 1e6).toISOString(),
      };
      await jetstream.publish(subject, message.data, {
        headers: withHeaders(message.headers, about),
        msgID: `dead-letter/${stream}/${consumer}/${streamSequence}`,
      });
    },
  };
}

/** Those of the message, without what they would tell the stream of the dead letters to do (`Nats-Rollup`, say). */
function withHeaders(given: MsgHdrs | undefined, added: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  for (const [name, values] of given ?? []) {
    if (/^(?:nats|dead-letter)-/i.test(name)) continue;
    for (const value of values) result.append(name, value);
  }
  for (const [name, value] of Object.entries(added)) result.set(name, value);
  return result;
}
