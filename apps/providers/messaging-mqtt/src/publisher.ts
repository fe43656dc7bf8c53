import {
  MessagingFailure,
  noAnswer,
  nobodyListens,
  noConnection,
  noSubject,
  type Publisher,
} from '@wasmlattice/messaging';
import type { CallHeaders } from '@wasmlattice/rpc';
import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';
import { describeError } from '@wasmlattice/telemetry';
import type { IClientPublishOptions, IPublishPacket } from 'mqtt';
import { type Acknowledgement, LateAcknowledgementError } from './acknowledged-publisher.js';
import type { Qos } from './broker-access.js';
import type { BrokerConnection } from './broker-connection.js';
import type { ReplyInbox } from './reply-inbox.js';
import { type Destination, destinationOf, type SubjectStyle, subjectOf } from './topics.js';
import { traceProperties } from './trace-properties.js';

/** How a component publishes through one link. */
export interface PublishSettings {
  readonly style: SubjectStyle;
  readonly qos: Qos;
  /** Whether the broker keeps the last message of each topic for those who subscribe later. */
  readonly isRetained: boolean;
}

const notAuthorized = 135;
/** Of a packet, besides body and topic: its head, properties of ours. */
const headBytes = 2_048;

/** Publishes and asks by one connection. */
export class BrokerPublisher implements Publisher {
  readonly #connection: BrokerConnection;
  readonly #inbox: ReplyInbox;
  readonly #settings: PublishSettings;

  constructor(connection: BrokerConnection, inbox: ReplyInbox, settings: PublishSettings) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#settings = settings;
  }

  /** Resolves once the broker has acknowledged the message; with QoS 0, once it is on its way. */
  async publish({ subject, body, replyTo }: BrokerMessage, trace: CallHeaders): Promise<void> {
    const destination = this.#destination(subject, 'a subject to publish to');
    const reply = replyTo === undefined ? undefined : this.#destination(replyTo, 'a subject for replies');
    if (reply !== undefined) this.#needsV5('a message with a subject for replies');
    await this.#send(`publish to ${subject}`, destination, body, reply, trace, this.#settings.isRetained);
  }

  async request(
    subject: string,
    body: Uint8Array,
    timeoutMs: number,
    trace: CallHeaders,
  ): Promise<BrokerMessage> {
    const what = `ask ${subject}`;
    const destination = this.#destination(subject, 'a subject to ask');
    this.#needsV5('a request');
    this.#needsConnection(what);
    const waiting = await this.#inbox.expect().catch((cause: unknown) => {
      throw new MessagingFailure(
        `could not ${what}: the reply topic can not be subscribed to: ${describeError(cause)}`,
        {
          cause,
        },
      );
    });
    try {
      const taken = await this.#send(what, destination, body, waiting.reply, trace, false);
      if (taken === 'by nobody') throw nobodyListens(what);
      const answer = await waiting.answerWithin(timeoutMs);
      if (answer === undefined) throw noAnswer(what, timeoutMs);
      return {
        subject: subjectOf(answer.topic, this.#settings.style),
        body: answer.body,
        replyTo: undefined,
      };
    } finally {
      waiting.end();
    }
  }

  #destination(subject: string, what: string): Destination {
    const destination = destinationOf(subject, this.#settings.style);
    if (destination !== undefined) return destination;
    throw noSubject(subject, what, 'use no wildcards and no control characters');
  }

  #needsV5(what: string): void {
    const { version } = this.#connection.access;
    if (version === '5') return;
    throw new MessagingFailure(`${what} needs MQTT 5; the link has protocol_version ${version}`);
  }

  #needsConnection(what: string): void {
    if (!this.#connection.isConnected) throw noConnection(what, this.#connection.name);
  }

  async #send(
    what: string,
    { topic, correlation }: Destination,
    body: Uint8Array,
    reply: Destination | undefined,
    trace: CallHeaders,
    retain: boolean,
  ): Promise<Acknowledgement> {
    this.#needsConnection(what);
    const { access, client } = this.#connection;
    // A broker ends the connection of whoever sends more, and the client would send it again after that.
    const most = client.serverProperties?.maximumPacketSize;
    if (most !== undefined && body.length + Buffer.byteLength(topic) + headBytes > most) {
      throw new MessagingFailure(`could not ${what}: the message is larger than the broker allows`);
    }
    const options: IClientPublishOptions = {
      qos: this.#settings.qos,
      retain,
      ...(access.version === '5' && { properties: propertiesOf(correlation, reply, trace) }),
    };
    try {
      return await this.#connection.published.publish(topic, body, options);
    } catch (cause) {
      throw new MessagingFailure(`could not ${what}: ${reasonOf(cause)}`, { cause });
    }
  }
}

function propertiesOf(
  correlation: Uint8Array | undefined,
  reply: Destination | undefined,
  trace: CallHeaders,
): NonNullable<IPublishPacket['properties']> {
  const replyCorrelation = reply?.correlation ?? correlation;
  const userProperties = traceProperties(trace);
  return {
    ...(reply !== undefined && { responseTopic: reply.topic }),
    ...(replyCorrelation !== undefined && { correlationData: Buffer.from(replyCorrelation) }),
    // The client sends no message at all with an empty list of them, and says nothing.
    ...(Object.keys(userProperties).length > 0 && { userProperties }),
  };
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === notAuthorized) return 'the user of the link lacks the permission';
  return cause instanceof LateAcknowledgementError ? cause.message : describeError(cause);
}
