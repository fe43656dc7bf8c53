import {
  decodeConfigUpdate,
  decodeLink,
  decodeShutdownRequest,
  encodeHealthReply,
  type HealthReply,
  type InterfaceLinkDefinition,
  type LinkIdentity,
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerShutdownSubject,
  type StringMap,
  shutdownReply,
} from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, Subscription } from 'nats';

/** What the host may ask of a provider. */
export interface ControlHandlers {
  putLink(link: InterfaceLinkDefinition): Promise<void>;
  deleteLink(link: LinkIdentity): Promise<void>;
  updateConfig(config: StringMap): Promise<void>;
  health(): Promise<HealthReply>;
  /** Resolves when everything is finished: the host ends the process on the reply. */
  shutdown(): Promise<void>;
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
  readonly handlers: ControlHandlers;
  readonly logger: Logger;
}

/**
 * Subscribes to the five control subjects, without queue group (docs/spec/provider.md#2). Resolves once the
 * server knows of them. A message that can't be read is logged and dropped; the host expects no reply to tell
 * it.
 */
export async function subscribeControl(options: ControlOptions): Promise<readonly Subscription[]> {
  const { connection, lattice, providerId, linkPutId, hostId, handlers, logger } = options;

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

  const subscriptions = [
    on(providerLinkPutSubject(lattice, linkPutId), async (message) =>
      handlers.putLink(decodeLink(message.string())),
    ),
    on(providerLinkDeleteSubject(lattice, providerId), async (message) =>
      handlers.deleteLink(decodeLink(message.string())),
    ),
    on(providerConfigUpdateSubject(lattice, providerId), async (message) =>
      handlers.updateConfig(decodeConfigUpdate(message.string())),
    ),
    on(providerHealthSubject(lattice, providerId), async (message) => {
      message.respond(encodeHealthReply(await handlers.health()));
    }),
    on(providerShutdownSubject(lattice, providerId), async (message) => {
      // Providers of other hosts share this subject.
      if (message.reply === undefined || message.reply === '') return;
      if (decodeShutdownRequest(message.string()) !== hostId) return;
      await handlers.shutdown();
      message.respond(shutdownReply);
      handlers.afterShutdown();
    }),
  ];
  await connection.flush();
  return subscriptions;
}
