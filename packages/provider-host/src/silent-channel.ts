import { isDeepStrictEqual } from 'node:util';
import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import type { NatsConnection } from 'nats';
import { ProviderLinkError, ProviderSecretsError } from './errors.js';
import { createLinkDelivery, type LinkDeliveryOptions } from './link-delivery.js';
import { linkFailureIn } from './link-failure-words.js';
import type { ProcessChannel, ProcessSubjects } from './process-channel.js';
import {
  decodeLinkDelete,
  encodeConfigUpdate,
  encodeLinkDelete,
  type LinkIdentity,
  linkKey,
} from './protocol/index.js';
import { systemSleep } from './sleep.js';

export interface SilentChannelOptions extends Omit<LinkDeliveryOptions, 'subject'> {
  readonly connection: NatsConnection;
  readonly subjects: ProcessSubjects;
  readonly providerId: string;
  /** What the process got with its HostData. */
  readonly links: readonly InterfaceLinkDefinition[];
  /** The last lines that it wrote to standard error. */
  readonly lastLines: () => readonly string[];
}

/**
 * From a deletion to the links that are put after it, in ms. A provider of wasmCloud hears of both in tasks of their own and takes whichever
 * it sees first: a link that follows its deletion at once is taken before it, and gone with it.
 */
const deletionMs = 100;

/** How long it is looked whether the process writes that it could not take a link, in ms: one whose server refuses it says so at once. */
const verdictMs = 250;

/**
 * Talks to a process that never says what became of a message, as those of wasmCloud. They ignore a link that is put again, so that
 * one with new values is deleted first; and with a link that is deleted most of them drop all others of the same peer
 * (docs/spec/provider.md#11, traps 10, 11, 20), so that those are put again after it, whichever host deleted it.
 */
export function createSilentChannel(options: SilentChannelOptions): ProcessChannel {
  const { connection, headers = () => ({}), providerId, sleep = systemSleep, subjects } = options;
  const delivery = createLinkDelivery({ ...options, subject: subjects.linkPut });
  const known = new Map(options.links.map((link) => [linkKey(link), link]));
  /** Deletions of our own that have not come back from the server yet, by link. */
  const echoes = new Map<string, number>();
  const ended = new AbortController();

  /** Rejects with what the process wrote about the link; links are put one after the other, so that it is about this one. */
  const putOne = async (link: InterfaceLinkDefinition): Promise<void> => {
    const before = new Set(options.lastLines());
    await delivery.put(link);
    await sleep(verdictMs, ended.signal);
    for (const line of options.lastLines()) {
      const reason = before.has(line) ? undefined : linkFailureIn(line);
      if (reason !== undefined)
        throw new ProviderLinkError(link, `the provider wrote that it failed: ${reason}`);
    }
  };

  const peerOf = ({ sourceId, target }: LinkIdentity): string =>
    sourceId === providerId ? `to ${target}` : `from ${sourceId}`;

  /** Puts what a deletion took along. */
  const putPeer = async (link: LinkIdentity): Promise<void> => {
    await sleep(deletionMs, ended.signal);
    for (const each of [...known.values()]) {
      if (peerOf(each) === peerOf(link)) await delivery.put(each);
    }
  };

  const publishDelete = (link: LinkIdentity): void => {
    const key = linkKey(link);
    echoes.set(key, (echoes.get(key) ?? 0) + 1);
    delivery.forget(link);
    connection.publish(subjects.linkDelete, encodeLinkDelete(link), headers());
  };

  const deletions = connection.subscribe(subjects.linkDelete, {
    callback(error, message) {
      if (error !== null) return;
      let link: LinkIdentity;
      try {
        ({ link } = decodeLinkDelete(message.string()));
      } catch {
        // Whatever it was, the provider could not read it either.
        return;
      }
      const key = linkKey(link);
      const own = echoes.get(key) ?? 0;
      if (own > 1) echoes.set(key, own - 1);
      else echoes.delete(key);
      if (own === 0) putPeer(link).catch(() => {});
    },
  });

  return {
    async putLink(link) {
      const before = known.get(linkKey(link));
      known.set(linkKey(link), link);
      if (before === undefined || isDeepStrictEqual(before, link)) return await putOne(link);
      publishDelete(link);
      await putPeer(link);
    },
    async deleteLink(link) {
      known.delete(linkKey(link));
      publishDelete(link);
      await putPeer(link);
    },
    async updateConfig(config) {
      // Upstream sends this one without headers.
      connection.publish(subjects.configUpdate, encodeConfigUpdate(config));
    },
    async updateSecrets() {
      throw new ProviderSecretsError(
        'it takes new secrets when it starts: stop it and start it again, unless it can go on with those it has',
      );
    },
    stop() {
      ended.abort();
      if (!connection.isClosed()) deletions.unsubscribe();
      delivery.stop();
    },
  };
}
