import type { NatsConnection, nkeys, Subscription } from 'nats';
import { authorize } from './authorize.js';
import type { Directory } from './directory.js';

/** Where servers ask, in the account of the service. */
const subject = '$SYS.REQ.USER.AUTH';

/** Answers servers until the subscription ends. Several services share the work. */
export function serveAuthorization(options: {
  readonly connection: NatsConnection;
  readonly directory: Directory;
  readonly issuer: ReturnType<typeof nkeys.createAccount>;
  readonly log: (line: string) => void;
}): Subscription {
  const { connection, directory, issuer, log } = options;
  return connection.subscribe(subject, {
    queue: 'auth-callout',
    callback(error, message) {
      if (error !== null) return log(`the subscription failed: ${error.message}`);
      try {
        const { answer, outcome } = authorize(message.string(), { directory, issuer });
        log(outcome);
        message.respond(answer);
      } catch (cause) {
        // Without an answer the server lets nobody in.
        log(cause instanceof Error ? cause.message : String(cause));
      }
    },
  });
}
