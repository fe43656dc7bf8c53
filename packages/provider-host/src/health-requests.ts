import type { NatsConnection, PublishOptions } from 'nats';
import { askProvider, ProviderSilentError } from './ask-provider.js';
import { decodeHealthReply, type HealthReply } from './protocol/index.js';

export interface HealthRequestsOptions {
  readonly connection: NatsConnection;
  /** First tokens of inboxes that the connection may have; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
  /** Of every process of the provider, those of other hosts, too. */
  readonly subject: string;
  readonly headers: () => Pick<PublishOptions, 'headers'>;
  readonly timeoutMs: number;
  /** Takes secrets out of what the provider says. */
  readonly redact: (text: string) => string;
}

/** Asks processes of a provider for their health. Those on our SDK say which they are; others are told apart by their number. */
export interface HealthRequests {
  /**
   * Asks one process.
   *
   * @param others how many others answer that do not say which they are: so many such answers are passed over
   * @throws ProviderSilentError, ProviderProtocolError
   */
  ask(instanceId: string, others?: number): Promise<HealthReply>;
  /** How many answer that do not say which they are. */
  countNameless(): Promise<number>;
}

/** How long answers are counted, in ms. Who takes longer is one more than expected later: it looks as if the new one answered. */
const countMs = 1_000;

export function createHealthRequests(options: HealthRequestsOptions): HealthRequests {
  const { connection, headers, inboxPrefix, redact, subject, timeoutMs } = options;
  const question = { connection, inboxPrefix, subject };
  return {
    ask(instanceId, others = 0) {
      let nameless = 0;
      return askProvider({
        ...question,
        ...headers(),
        timeoutMs,
        read(text) {
          const reply = decodeHealthReply(redact(text));
          if (reply.instanceId === instanceId) return reply;
          if (reply.instanceId === undefined) nameless += 1;
          return reply.instanceId === undefined && nameless > others ? reply : undefined;
        },
      });
    },
    async countNameless() {
      let nameless = 0;
      const nobody = askProvider<never>({
        ...question,
        ...headers(),
        timeoutMs: countMs,
        read(text) {
          if (decodeHealthReply(redact(text)).instanceId === undefined) nameless += 1;
          return undefined;
        },
      });
      await nobody.catch((error: unknown) => {
        if (!(error instanceof ProviderSilentError)) throw error;
      });
      return nameless;
    },
  };
}
