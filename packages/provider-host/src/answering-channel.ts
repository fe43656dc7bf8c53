import type { NatsConnection, PublishOptions } from 'nats';
import { askProvider, ProviderSilentError } from './ask-provider.js';
import { ProviderConfigError, ProviderLinkError, ProviderSecretsError } from './errors.js';
import type { ProcessChannel, ProcessSubjects } from './process-channel.js';
import {
  decodeProviderReply,
  encodeConfigUpdate,
  encodeLinkDelete,
  encodeLinkPut,
  type LinkIdentity,
  type ProviderReply,
} from './protocol/index.js';

export interface AnsweringChannelOptions {
  readonly connection: NatsConnection;
  /** First tokens of inboxes that the connection may have; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
  readonly subjects: ProcessSubjects;
  readonly hostId: string;
  /** The process that is to answer. */
  readonly instanceId: string;
  readonly headers: () => Pick<PublishOptions, 'headers'>;
  /** How long the provider may take for one message, in ms. */
  readonly timeoutMs: number;
  /** Takes secrets out of what the provider says. */
  readonly redact: (text: string) => string;
}

/** Talks to a process that says what became of each message, as those on our SDK do. */
export function createAnsweringChannel(options: AnsweringChannelOptions): ProcessChannel {
  const { connection, headers, hostId, inboxPrefix, instanceId, redact, subjects, timeoutMs } = options;
  const ended = new AbortController();

  /** Resolves with the reason why it did not work, if any. */
  const ask = async (subject: string, payload: string | Uint8Array): Promise<string | undefined> => {
    try {
      const { error } = await askProvider<ProviderReply>({
        connection,
        inboxPrefix,
        subject,
        payload,
        timeoutMs,
        signal: ended.signal,
        ...headers(),
        read(text) {
          const reply = decodeProviderReply(text);
          return reply.instanceId === instanceId ? reply : undefined;
        },
      });
      return error === undefined ? undefined : redact(error);
    } catch (error) {
      return ended.signal.aborted ? 'the provider ended meanwhile' : describeSilence(error, timeoutMs);
    }
  };
  const askOfLink = async (link: LinkIdentity, subject: string, payload: string): Promise<void> => {
    const reason = await ask(subject, payload);
    if (reason !== undefined) throw new ProviderLinkError(link, reason);
  };

  return {
    putLink: (link) => askOfLink(link, subjects.linkPut, encodeLinkPut(link)),
    deleteLink: (link) => askOfLink(link, subjects.linkDelete, encodeLinkDelete(link, hostId)),
    async updateConfig(config) {
      const reason = await ask(subjects.configUpdate, encodeConfigUpdate(config));
      if (reason !== undefined) throw new ProviderConfigError(reason);
    },
    async updateSecrets(sealed) {
      const reason = await ask(subjects.secretsUpdate, sealed);
      if (reason !== undefined) throw new ProviderSecretsError(reason);
    },
    stop: () => ended.abort(),
  };
}

function describeSilence(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof ProviderSilentError)) return 'the answer of the provider can not be read';
  return cause.failure === 'nobody'
    ? 'the provider does not listen: it is not up'
    : `the provider did not say within ${timeoutMs} ms what became of it`;
}
