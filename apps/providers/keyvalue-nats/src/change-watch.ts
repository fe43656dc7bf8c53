import { createHash } from 'node:crypto';
import type { WatchedKey } from '@wasmlattice/provider-host/config-schema';
import { createClient, type Invoker } from '@wasmlattice/rpc';
import { keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import {
  AckPolicy,
  type ConsumerMessages,
  DeliverPolicy,
  type JetStreamClient,
  type JsMsg,
  type NatsConnection,
  nanos,
} from 'nats';
import { encodeKey } from './kv-key.js';
import { changeOf } from './kv-message.js';
import type { StoreSettings } from './settings.js';

/** Longest time a component may take over one change. */
const handlerTimeoutMs = 60_000;
/** After so long without an answer the change is given to another member of the provider. */
const ackWaitMs = handlerTimeoutMs + 15_000;
/** First wait before a change that failed is given to the component again; each later one is twice as long. */
const retryMs = 1_000;
/** How often that is tried. */
const maxDeliver = 5;
/** Changes made while no member of the provider runs are kept for so long. */
const keptMs = 60 * 60 * 1000;

/** What upstream's providers send: its hosts take the number of a handle only. */
const anyBucket = '0';

/** Tells one component of changes in one bucket. */
export interface ChangeWatch {
  /** Tells of nothing more. Changes made from now on are for other members of the provider, or for this one when it is back. */
  close(): Promise<void>;
  /** Closes, and forgets what was not told yet: the link is gone. */
  end(): Promise<void>;
}

export interface ChangeWatchOptions {
  readonly connection: NatsConnection;
  readonly settings: Pick<StoreSettings, 'bucket' | 'jsDomain'>;
  readonly keys: readonly WatchedKey[];
  /** Lattice, provider, component, link: members of one provider share what these have in common. */
  readonly owner: readonly string[];
  readonly component: string;
  readonly invoker: Invoker;
  readonly logger: Logger;
}

/**
 * Watches keys of a bucket that exists. Each key has a durable consumer of its own, so that the changes of a key are told
 * one after the other, and by one of the members of the provider only.
 */
export async function startChangeWatch(options: ChangeWatchOptions): Promise<ChangeWatch> {
  const { connection, settings, keys } = options;
  const domain = settings.jsDomain === undefined ? {} : { domain: settings.jsDomain };
  const manager = await connection.jetstreamManager(domain);
  const jetstream = connection.jetstream(domain);
  const stream = `KV_${settings.bucket}`;
  const watches: { readonly durable: string; readonly messages: ConsumerMessages }[] = [];

  const close = async (): Promise<void> => {
    await Promise.all(watches.map(({ messages }) => messages.close()));
  };
  try {
    for (const watched of keys) {
      const durable = durableName(options.owner, watched.key);
      await manager.consumers.add(stream, {
        durable_name: durable,
        filter_subject: `$KV.${settings.bucket}.${encodeKey(watched.key)}`,
        deliver_policy: DeliverPolicy.New,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        max_ack_pending: 1,
        max_deliver: maxDeliver,
        inactive_threshold: nanos(keptMs),
      });
      watches.push({ durable, messages: await watchKey(jetstream, stream, durable, watched, options) });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async end() {
      await close();
      await Promise.allSettled(watches.map(({ durable }) => manager.consumers.delete(stream, durable)));
    },
  };
}

async function watchKey(
  jetstream: JetStreamClient,
  stream: string,
  durable: string,
  watched: WatchedKey,
  options: ChangeWatchOptions,
): Promise<ConsumerMessages> {
  const { component, invoker } = options;
  const logger = options.logger.with({ component, key: watched.key });
  const watcher = createClient(invoker, {
    target: component,
    interface: keyvalueWatcher,
    timeoutMs: handlerTimeoutMs,
  });

  const tell = async (message: JsMsg): Promise<void> => {
    const change = changeOf(message.headers);
    try {
      if (change === 'delete' && watched.delete) await watcher.onDelete(anyBucket, watched.key);
      if (change === 'set' && watched.set) await watcher.onSet(anyBucket, watched.key, message.data);
      message.ack();
    } catch (error) {
      const { redeliveryCount: delivered } = message.info;
      const last = delivered >= maxDeliver;
      logger.error(`a change could not be told to a component${last ? ', and is given up' : ''}`, { error });
      message.nak(retryMs * 2 ** (delivered - 1));
    }
  };

  const consumer = await jetstream.consumers.get(stream, durable);
  const messages = await consumer.consume({ max_messages: 1 });
  const run = async (): Promise<void> => {
    for await (const message of messages) await tell(message);
  };
  run().catch((error: unknown) => logger.error('a watch ended; put its link again', { error }));
  return messages;
}

function durableName(owner: readonly string[], key: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([...owner, key]))
    .digest('base64url');
  return `watch-${digest.slice(0, 22)}`;
}
