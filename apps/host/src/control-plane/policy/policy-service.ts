import { causeChain } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import { ErrorCode, type Msg, type NatsConnection, NatsError } from 'nats';
import { type Decision, DecisionCache } from './decision-cache.js';
import { decodePolicyReply, PolicyReplyError } from './policy-reply.js';
import {
  createRequestId,
  encodePolicyRequest,
  type PolicyHost,
  type PolicyQuestion,
  questionKey,
} from './policy-request.js';
import type { PolicySource } from './policy-source.js';

export interface PolicyServiceOptions {
  /** The ctl connection. */
  readonly connection: NatsConnection;
  readonly topic: string;
  /** Where the service announces decisions that changed. */
  readonly changesTopic: string | undefined;
  readonly timeoutMs: number;
  /** What holds while the service gives no answer. */
  readonly whenSilent: 'deny' | 'allow';
  readonly host: PolicyHost;
  /** Decisions may be others than before. */
  readonly onChange: () => void;
  readonly logger: Logger;
}

export interface PolicyService extends PolicySource {
  close(): void;
}

/** Asks a policy service over NATS, each question once (docs/spec/security.md#8). */
export function createPolicyService(options: PolicyServiceOptions): PolicyService {
  const { connection, topic, changesTopic, timeoutMs, whenSilent, host, onChange, logger } = options;
  const cache = new DecisionCache();
  const asking = new Map<string, Promise<Decision>>();

  const onAnnouncement = (message: Msg): void => {
    try {
      const { requestId, ...decision } = decodePolicyReply(message.data);
      if (!cache.override(requestId, decision)) {
        logger.warn('a policy change names a request that this host did not send', { requestId });
        return;
      }
      logger.info('a policy decision changed', { requestId, permitted: decision.permitted });
      onChange();
    } catch (error) {
      logger.warn('a policy change can not be read', { subject: changesTopic, error });
    }
  };
  const changes =
    changesTopic === undefined
      ? undefined
      : connection.subscribe(changesTopic, {
          callback(error, message) {
            if (error === null) onAnnouncement(message);
            else
              logger.error('policy changes are not heard: check the permissions of the ctl user', { error });
          },
        });

  const ask = async (question: PolicyQuestion): Promise<Decision> => {
    const requestId = createRequestId(Date.now());
    cache.expect(requestId, question);
    try {
      const bytes = encodePolicyRequest(requestId, question, host);
      const reply = decodePolicyReply((await connection.request(topic, bytes, { timeout: timeoutMs })).data);
      if (reply.requestId !== requestId) {
        throw new PolicyReplyError(
          `the answer is to request ${JSON.stringify(reply.requestId.slice(0, 64))}`,
        );
      }
      // What was announced meanwhile is newer.
      const announced = cache.find(question);
      if (announced?.requestId === requestId) return announced;
      const { permitted, message } = reply;
      const decision = { permitted, message, requestId, isFinal: true };
      cache.set(question, decision);
      return decision;
    } catch (error) {
      const reason = reasonOf(error, topic, timeoutMs);
      const permitted = whenSilent === 'allow';
      logger.error('a policy question got no answer', { kind: question.kind, permitted, reason });
      return { permitted, message: reason, requestId, isFinal: false };
    }
  };

  return {
    decide(question) {
      const known = cache.find(question);
      if (known !== undefined) return Promise.resolve(known);
      // More instances than those that are being asked for are another question.
      const key = JSON.stringify([
        questionKey(question),
        question.kind === 'startComponent' ? question.request.maxInstances : 0,
      ]);
      const open = asking.get(key);
      if (open !== undefined) return open;
      const answer = ask(question).finally(() => asking.delete(key));
      asking.set(key, answer);
      return answer;
    },

    close: () => changes?.unsubscribe(),
  };
}

/** Upstream's sentence, and what to check. */
function reasonOf(error: unknown, topic: string, timeoutMs: number): string {
  const failed = 'policy request failed';
  if (error instanceof PolicyReplyError) return `failed to deserialize policy response: ${causeChain(error)}`;
  if (!(error instanceof NatsError)) return `${failed}: ${causeChain(error)}`;
  switch (error.code) {
    case ErrorCode.NoResponders:
      return `${failed}: nobody listens on ${topic}; check that the policy service runs`;
    case ErrorCode.Timeout:
      return `${failed}: no answer on ${topic} within ${timeoutMs} ms`;
    default:
      return `${failed}: ${error.message}`;
  }
}
