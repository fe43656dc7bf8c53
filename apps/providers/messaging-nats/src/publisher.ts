import type { CallHeaders } from '@wasmlattice/rpc';
import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';
import { describeError } from '@wasmlattice/telemetry';
import { createInbox, ErrorCode, headers, type MsgHdrs, type NatsConnection } from 'nats';
import { isSubject } from './subjects.js';

/** An operation that ends with an `err`, a text, for the guest instead of a broken call. */
export class MessagingFailure extends Error {
  override readonly name = 'MessagingFailure';
}

/** Sends what a component publishes or asks. */
export interface Publisher {
  /** @throws MessagingFailure */
  publish(message: BrokerMessage, trace: CallHeaders): void;
  /** @throws MessagingFailure */
  request(subject: string, body: Uint8Array, timeoutMs: number, trace: CallHeaders): Promise<BrokerMessage>;
}

export function createPublisher(connection: NatsConnection, inboxPrefix: string | undefined): Publisher {
  return {
    publish({ subject, body, replyTo }, trace) {
      check(subject, 'a subject to publish to');
      if (replyTo !== undefined) check(replyTo, 'a subject for replies');
      // The system account refuses headers there, as upstream found out.
      const plain = replyTo !== undefined && subject.startsWith('$SYS');
      const traced = plain ? undefined : traceHeaders(trace);
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
  throw new MessagingFailure(
    `${JSON.stringify(subject)} is not ${what}: use tokens without spaces and wildcards, with dots between them`,
  );
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

function failureOf(what: string, cause: unknown, timeoutMs?: number): MessagingFailure {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case ErrorCode.NoResponders:
      return new MessagingFailure(`could not ${what}: nobody listens`, { cause });
    case ErrorCode.Timeout:
      return new MessagingFailure(`could not ${what}: no answer within ${timeoutMs} ms`, { cause });
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
