import {
  decodeConfigUpdate,
  decodeLink,
  decodeLinkDelete,
  decodeShutdownRequest,
  encodeHealthReply,
  encodeProviderReply,
  type HealthReply,
  type InterfaceLinkDefinition,
  type LinkIdentity,
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerSecretsUpdateSubject,
  providerShutdownSubject,
  type StringMap,
  shutdownReply,
} from '@wasmlattice/provider-host/protocol';
import { isPeerRoot } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, Subscription } from 'nats';
import { reasonOf } from '../reason-of.js';

/** What the host may ask of a provider. */
export interface ControlHandlers {
  /** Rejects when the link can't be had; the message says why. The next three likewise. */
  putLink(link: InterfaceLinkDefinition): Promise<void>;
  deleteLink(link: LinkIdentity): Promise<void>;
  /** They are sealed. */
  updateSecrets(sealed: Uint8Array): Promise<void>;
  updateConfig(config: StringMap): Promise<void>;
  health(): Promise<HealthReply>;
  /** Resolves when everything is finished: the host ends the process on the reply. */
  /** @param drainMs how long calls in progress may take, where the host says so */
  shutdown(drainMs?: number): Promise<void>;
  /** Called when the host has its reply. */
  afterShutdown(): void;
}

export interface ControlOptions {
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly providerId: string;
  /** Public xkey of this process, or the provider id when the host gave no xkeys. */
  readonly linkPutId: string;
  readonly hostId: string;
  /** Of this process: tells the host whose answer it got. */
  readonly instanceId: string;
  readonly handlers: ControlHandlers;
  /** Takes secrets out of what the host is told. */
  readonly redact: (text: string) => string;
  readonly logger: Logger;
}

/**
 * Subscribes to the five control subjects, without queue group (docs/spec/provider.md#2), and one of ours. Resolves once the
 * server knows of them. A host that gives a reply subject is told what became of a link or a config; one of wasmCloud gives none.
 */
export async function subscribeControl(options: ControlOptions): Promise<readonly Subscription[]> {
  const { connection, lattice, providerId, linkPutId, hostId, instanceId, handlers, redact, logger } =
    options;

  // What a callback throws ends the client's connection: every failure must come as a rejection.
  const on = (subject: string, handle: (message: Msg) => Promise<void>): Subscription =>
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) {
          logger.error('a control subscription failed: check the permissions of the rpc user', {
            subject,
            error,
          });
          return;
        }
        handle(message).catch((cause: unknown) => {
          logger.error('a control message could not be handled', { subject, error: cause });
        });
      },
    });

  const answered = async (message: Msg, done: Promise<void>): Promise<void> => {
    const error = await done.then(
      () => undefined,
      (cause: unknown) => redact(reasonOf(cause)),
    );
    if (isPeerRoot(message.reply)) {
      message.respond(encodeProviderReply({ instanceId, ...(error !== undefined && { error }) }));
    }
    await done;
  };

  const subscriptions = [
    on(providerLinkPutSubject(lattice, linkPutId), (message) =>
      answered(
        message,
        Promise.try(() => handlers.putLink(decodeLink(message.string()))),
      ),
    ),
    on(providerLinkDeleteSubject(lattice, providerId), async (message) => {
      const { hostId: meant = hostId, link } = decodeLinkDelete(message.string());
      // Providers of other hosts share this subject.
      if (meant === hostId) await answered(message, handlers.deleteLink(link));
    }),
    on(providerConfigUpdateSubject(lattice, providerId), (message) =>
      answered(
        message,
        Promise.try(() => handlers.updateConfig(decodeConfigUpdate(message.string()))),
      ),
    ),
    on(providerSecretsUpdateSubject(lattice, linkPutId), (message) =>
      answered(
        message,
        Promise.try(() => handlers.updateSecrets(message.data)),
      ),
    ),
    on(providerHealthSubject(lattice, providerId), async (message) => {
      if (!isPeerRoot(message.reply)) return;
      message.respond(redact(encodeHealthReply(await handlers.health())));
    }),
    on(providerShutdownSubject(lattice, providerId), async (message) => {
      // Providers of other hosts share this subject.
      if (!isPeerRoot(message.reply)) return;
      const request = decodeShutdownRequest(message.string());
      if (request.hostId !== hostId) return;
      // So may a process of this host, which takes the place of this one or the other way round.
      if (request.instanceId !== undefined && request.instanceId !== instanceId) return;
      await handlers.shutdown(request.drainMs);
      message.respond(shutdownReply);
      handlers.afterShutdown();
    }),
  ];
  await connection.flush();
  return subscriptions;
}
