import {
  MessagingFailure,
  noAnswer,
  nobodyListens,
  noConnection,
  noSubject,
  type Publisher,
} from '@wasmlattice/messaging';
import type { CallHeaders } from '@wasmlattice/rpc';
import type { ConnectionMonitor } from '@wasmlattice/rpc/nats';
import { describeError } from '@wasmlattice/telemetry';
import { createInbox, ErrorCode, headers, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import { isSubject } from './subjects.js';

export interface PublisherOptions {
  readonly monitor: ConnectionMonitor;
  /** Where replies to requests arrive, for users who may not subscribe to `_INBOX`. */
  readonly inboxPrefix: string | undefined;
  /** Whether a message is published only once a stream has it. */
  readonly publishesToStreams: boolean;
  /** JetStream domain, where it is not that of the connection. */
  readonly jsDomain: string | undefined;
}

export function createPublisher(connection: NatsConnection, options: PublisherOptions): Publisher {
  const { inboxPrefix, jsDomain, monitor, publishesToStreams } = options;
  const checkConnection = (what: string): void => {
    // The client would drop the message.
    if (monitor.state !== 'connected') throw noConnection(what, 'the NATS server');
  };
  const jetstream = publishesToStreams
    ? connection.jetstream(jsDomain === undefined ? {} : { domain: jsDomain })
    : undefined;
  return {
    async publish({ subject, body, replyTo }, trace) {
      check(subject, 'a subject to publish to');
      if (replyTo !== undefined) check(replyTo, 'a subject for replies');
      checkConnection(`publish to ${subject}`);
      // The system account refuses headers there, as upstream found out.
      const plain = replyTo !== undefined && subject.startsWith('$SYS');
      const traced = plain ? undefined : traceHeaders(trace);
      if (jetstream !== undefined) {
        if (replyTo !== undefined) {
          throw new MessagingFailure(
            `could not publish to ${subject}: a stream answers what is published to it; a link with publish_to_streams has no replies`,
          );
        }
        try {
          await jetstream.publish(subject, body, traced === undefined ? {} : { headers: traced });
        } catch (cause) {
          throw streamFailureOf(subject, cause);
        }
        return;
      }
      try {
        connection.publish(subject, body, {
          ...(replyTo === undefined ? {} : { reply: replyTo }),
          ...(traced === undefined ? {} : { headers: traced }),
        });
      } catch (cause) {
        throw failureOf(`publish to ${subject}`, cause);
      }
    },

    async request(subject, body, timeoutMs, trace) {
      check(subject, 'a subject to ask');
      checkConnection(`ask ${subject}`);
      const traced = traceHeaders(trace);
      try {
        const answer = await connection.request(subject, body, {
          timeout: Math.max(1, timeoutMs),
          ...(traced === undefined ? {} : { headers: traced }),
          ...(inboxPrefix === undefined ? {} : { noMux: true, reply: createInbox(inboxPrefix) }),
        });
        return {
          subject: answer.subject,
          body: answer.data,
          replyTo: answer.reply === '' ? undefined : answer.reply,
        };
      } catch (cause) {
        throw failureOf(`ask ${subject}`, cause, timeoutMs);
      }
    },
  };
}

function check(subject: string, what: string): void {
  if (isSubject(subject)) return;
  throw noSubject(subject, what, 'use tokens without spaces and wildcards, with dots between them');
}

/** `traceparent` and `tracestate`, so that whoever gets the message goes on with the trace. */
export function traceHeaders({ traceparent, tracestate }: CallHeaders): MsgHdrs | undefined {
  if (traceparent === undefined) return undefined;
  const result = headers();
  result.set('traceparent', traceparent);
  if (tracestate !== undefined) result.set('tracestate', tracestate);
  return result;
}

/** Inverse of {@link traceHeaders}. */
export function traceOf(given: MsgHdrs | undefined): CallHeaders {
  const traceparent = given?.get('traceparent') ?? '';
  const tracestate = given?.get('tracestate') ?? '';
  return { ...(traceparent && { traceparent }), ...(traceparent && tracestate && { tracestate }) };
}

function streamFailureOf(subject: string, cause: unknown): MessagingFailure {
  const isNobody = cause instanceof NatsError && cause.code === ErrorCode.NoResponders;
  return isNobody
    ? new MessagingFailure(`could not publish to ${subject}: no stream keeps it`, { cause })
    : failureOf(`publish to ${subject}`, cause, streamTimeoutMs);
}

/** How long the client waits for a stream. */
const streamTimeoutMs = 5_000;

function failureOf(what: string, cause: unknown, timeoutMs = 0): MessagingFailure {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case ErrorCode.NoResponders:
      return nobodyListens(what, { cause });
    case ErrorCode.Timeout:
      return noAnswer(what, timeoutMs, { cause });
    case ErrorCode.MaxPayloadExceeded:
      return new MessagingFailure(
        `could not ${what}: the message is larger than the NATS server allows (max_payload)`,
        { cause },
      );
    case ErrorCode.PermissionsViolation:
    case ErrorCode.AuthorizationViolation:
      return new MessagingFailure(`could not ${what}: the NATS user lacks the permission`, { cause });
    default:
      return new MessagingFailure(`could not ${what}: ${describeError(cause)}`, { cause });
  }
}
