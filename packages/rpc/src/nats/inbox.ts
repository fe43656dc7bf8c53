import { randomFillSync } from 'node:crypto';
import type { Logger } from '@wasmlattice/telemetry';
import { createInbox, type Msg, type NatsConnection, type Subscription } from 'nats';

/** Receives the messages below its own subject. */
export interface InboxEntry {
  /** Must not throw. `rest` is what follows the entry's subject: `''`, `.results`, `.results.0.1`. */
  receive(rest: string, message: Msg): void;
}

const tokenBytes = 12;
const tokenLength = 16;

// Peers learn the subjects of their own calls. Random tokens keep them from guessing those of others.
const randomPool = Buffer.allocUnsafeSlow(tokenBytes * 1024);
let poolPos = randomPool.length;

function randomToken(): string {
  if (poolPos === randomPool.length) {
    randomFillSync(randomPool);
    poolPos = 0;
  }
  poolPos += tokenBytes;
  return randomPool.toString('base64url', poolPos - tokenBytes, poolPos);
}

export interface InboxOptions {
  readonly connection: NatsConnection;
  readonly logger: Logger;
  /** First tokens of the inbox's subject; the NATS client's default if absent. */
  readonly prefix?: string;
}

/** One subscription for all calls of a client or a server; messages find their call by a token in the subject. */
export class Inbox {
  readonly root: string;
  private readonly subscription: Subscription;
  private readonly entries = new Map<string, InboxEntry>();

  constructor({ connection, logger, prefix }: InboxOptions) {
    this.root = createInbox(prefix);
    const start = this.root.length + 1;
    this.subscription = connection.subscribe(`${this.root}.>`, {
      callback: (error, message) => {
        if (error) {
          // The calls run into their deadlines.
          logger.error(`NATS refuses the inbox ${this.root}.>; allow it, or set inboxPrefix`, { error });
          return;
        }
        const { subject } = message;
        this.entries
          .get(subject.slice(start, start + tokenLength))
          ?.receive(subject.slice(start + tokenLength), message);
      },
    });
  }

  get size(): number {
    return this.entries.size;
  }

  /** @returns the entry's token; its subject is {@link Inbox.subject} of it */
  add(entry: InboxEntry): string {
    const token = randomToken();
    this.entries.set(token, entry);
    return token;
  }

  subject(token: string): string {
    return `${this.root}.${token}`;
  }

  remove(token: string): void {
    this.entries.delete(token);
  }

  close(): void {
    this.entries.clear();
    if (!this.subscription.isClosed()) this.subscription.unsubscribe();
  }
}
