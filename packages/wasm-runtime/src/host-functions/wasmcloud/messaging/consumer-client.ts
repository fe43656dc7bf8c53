import { createClient, type Result } from '@wasmlattice/rpc';
import { type BrokerMessage, type MessagingConsumer, messagingConsumer } from '@wasmlattice/rpc/interfaces';
import { describeCause } from '../../../errors.js';
import type { InstanceContext } from '../../host-interface.js';

/** Why a message could not be sent or answered: the cases of `wasmcloud:messaging@0.3.0`, the text for 0.2.0. */
export interface MessagingFailure {
  readonly kind: 'timeout' | 'connection' | 'other';
  readonly text: string;
}

/** What the call came to; only the end of the invocation throws. */
export type Outcome<T> =
  | { readonly tag: 'ok'; readonly val: T }
  | { readonly tag: 'err'; readonly val: MessagingFailure };

/** The messaging provider behind a link of an instance. */
export interface ConsumerClient {
  publish(message: BrokerMessage): Promise<Outcome<undefined>>;
  /** Waits at most `timeoutMs` for an answer; the call itself gets some time on top. */
  request(subject: string, body: Uint8Array, timeoutMs: number): Promise<Outcome<BrokerMessage>>;
}

const linkKey = 'wasmcloud:messaging/consumer';

/** How long the call may take beyond the wait for an answer. */
const callMs = 10_000;
/** The longest time of a timer. */
const longestMs = 2 ** 31 - 1;

/** @param linkName instead of the one the guest chose */
export function createConsumerClient({ links, signal }: InstanceContext, linkName?: string): ConsumerClient {
  const clientOf = (timeoutMs: number): MessagingConsumer =>
    createClient<MessagingConsumer>(
      {
        invoke: ({ instance, func, params }) =>
          links.invoke(linkKey, { instance, func, params, signal, timeoutMs }, linkName),
      },
      { target: '', interface: messagingConsumer },
    );

  const told = async <T>(what: string, call: Promise<Result<T, string>>): Promise<Outcome<T>> => {
    try {
      const result = await call;
      if (result.tag === 'err') return { tag: 'err', val: { kind: 'other', text: result.val as string } };
      return { tag: 'ok', val: result.val as T };
    } catch (cause) {
      if (signal.aborted) throw cause;
      const text = `${linkKey} ${what}: ${describeCause(cause)}`;
      return { tag: 'err', val: { kind: isTimeout(cause) ? 'timeout' : 'connection', text } };
    }
  };

  return {
    publish: (message) => told('publish', clientOf(callMs).publish(message)),
    request: (subject, body, timeoutMs) =>
      told(
        'request',
        clientOf(Math.min(longestMs, timeoutMs + callMs)).request(
          subject,
          body,
          Math.min(longestMs, timeoutMs),
        ),
      ),
  };
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'RpcError' && 'code' in cause && cause.code === 'timeout';
}
