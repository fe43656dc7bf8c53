import { randomFillSync } from 'node:crypto';
import type { Logger } from '@wasmlattice/telemetry';
import { createInbox, type Msg, type NatsConnection, type Subscription } from 'nats';
import { SlotTable } from './slot-table.js';

/** Receives the messages below its own subject. */
export interface InboxEntry {
  /** Must not throw. `rest` is what follows the entry's subject: `''`, `.results`, `.results.0.1`. */
  receive(rest: string, message: Msg): void;
}

const nonceBytes = 8;
const nonceLength = 11;

// Peers learn the subjects of their own calls. Random numbers in them keep peers from guessing those of others.
const randomPool = Buffer.allocUnsafeSlow(nonceBytes * 1024);
let poolPos = randomPool.length;

function randomNonce(): string {
  if (poolPos === randomPool.length) {
    randomFillSync(randomPool);
    poolPos = 0;
  }
  poolPos += nonceBytes;
  return randomPool.toString('base64url', poolPos - nonceBytes, poolPos);
}

export interface InboxOptions {
  readonly connection: NatsConnection;
  readonly logger: Logger;
  /** First tokens of the inbox's subject; the NATS client's default if absent. */
  readonly prefix?: string;
}

/** One subscription for all calls of a client or a server; messages find their call by a token in the subject. */
export class Inbox<Entry extends InboxEntry> {
  readonly root: string;
  /** A subject for peers that need one although nothing of what they send there is of interest: NATS drops it. */
  readonly nowhere: string;
  readonly #subscription: Subscription;
  readonly #entries: SlotTable<Entry> = new SlotTable();
  /** The token of each slot: a nonce, and the slot's number in base 36. */
  readonly #tokens: string[] = [];

  constructor({ connection, logger, prefix }: InboxOptions) {
    this.root = createInbox(prefix);
    this.nowhere = createInbox(prefix);
    this.#subscription = connection.subscribe(`${this.root}.>`, {
      callback: (error, message) => {
        // Without permission, the calls run into their deadlines.
        if (error)
          logger.error(`NATS refuses the inbox ${this.root}.>; allow it, or set inboxPrefix`, { error });
        else this.#deliver(message);
      },
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @returns the entry's token; its subject is {@link Inbox.subject} of it */
  add(entry: Entry): string {
    const slot = this.#entries.add(entry);
    const token = randomNonce() + slot.toString(36);
    this.#tokens[slot] = token;
    return token;
  }

  subject(token: string): string {
    return `${this.root}.${token}`;
  }

  remove(token: string): void {
    const slot = slotOf(token);
    if (this.#tokens[slot] === token) this.#entries.remove(slot);
  }

  all(): readonly Entry[] {
    return this.#entries.all();
  }

  close(): void {
    for (const token of this.#tokens) this.remove(token);
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #deliver(message: Msg): void {
    const { subject } = message;
    const start = this.root.length + 1;
    const dot = subject.indexOf('.', start);
    const end = dot < 0 ? subject.length : dot;
    const token = subject.slice(start, end);
    const slot = slotOf(token);
    if (this.#tokens[slot] === token) this.#entries.get(slot)?.receive(subject.slice(end), message);
  }
}

function slotOf(token: string): number {
  return Number.parseInt(token.slice(nonceLength), 36);
}
