import { randomUUID } from 'node:crypto';
import type { Logger } from '@wasmlattice/telemetry';
import type { BrokerAccess } from './broker-access.js';
import { BrokerConnection } from './broker-connection.js';
import { ReplyInbox } from './reply-inbox.js';

/** What links for publishing share when they have it in common. */
export interface PublisherConnectionKey {
  readonly access: BrokerAccess;
  readonly replyTopic: string;
}

/** A connection, and where answers arrive on it. */
export interface PublisherConnection {
  readonly connection: BrokerConnection;
  readonly inbox: ReplyInbox;
}

/** Answers that arrive at a time. */
const maxMessages = 65_535;
/** What is answered meanwhile arrives when a connection that broke is back. */
const expirySeconds = 60;

/** @throws BrokerError */
export async function openPublisherConnection(
  { access, replyTopic }: PublisherConnectionKey,
  logger: Logger,
): Promise<PublisherConnection> {
  const clientId = `wasmlattice-${randomUUID()}`;
  const session = { clientId, isKept: false, expirySeconds, maxMessages };
  const connection = await BrokerConnection.open(access, session, logger);
  return { connection, inbox: new ReplyInbox(connection, `${replyTopic}/${clientId}`) };
}
