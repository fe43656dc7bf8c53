import type { IndexPath } from '../codec/deferred.js';
import { type CallNames, RpcError } from '../rpc-error.js';

/** Version of the protocol, a part of every invocation subject. */
export const protocol = 'wrpc.0.0.1';

/** The part of a call that a channel belongs to. */
export type ChannelRoot = 'params' | 'results';

/**
 * `{lattice}.{target}`: prefix of every subject of a component or provider, and its queue group
 * (docs/spec/wrpc.md#4).
 */
export function targetPrefix(lattice: string, target: string): string {
  return lattice ? `${lattice}.${target}` : target;
}

/**
 * `default.kv.wrpc.0.0.1.wrpc:keyvalue/store@0.2.0-draft.get`; a world-level function has no instance segment.
 * @param func wire name: `get-many`, `counter.add`
 */
export function invocationSubject(lattice: string, target: string, instance: string, func: string): string {
  const prefix = `${targetPrefix(lattice, target)}.${protocol}`;
  return instance ? `${prefix}.${instance}.${func}` : `${prefix}.${func}`;
}

/** Whether text may be part of a subject: no spaces, no wildcards, no empty tokens. */
export function isSubjectPart(text: string): boolean {
  return /^[^\s.*>\p{Cc}]+(?:\.[^\s.*>\p{Cc}]+)*$/u.test(text);
}

/** @throws RpcError `invalid-params` for names that can't be part of a subject */
export function checkNames(names: CallNames): void {
  const { target, instance, func } = names;
  for (const part of [target, func, ...(instance ? [instance] : [])]) {
    if (isSubjectPart(part)) continue;
    throw new RpcError(
      'invalid-params',
      names,
      `${JSON.stringify(part)} can't be part of a NATS subject: it is empty or has spaces or wildcards`,
    );
  }
}

/**
 * Longest subject of a peer that is published to: channel and index path come behind it, and NATS ends the connection of
 * who sends a line of more than 4,096 bytes.
 */
const maxRootLength = 1_024;

/**
 * Whether a subject that a peer wants to be answered at may be published to. Not those of NATS's own services and of a lattice's control
 * interface, which know who publishes and not who asked for it: a peer must not use the permissions of its callers and servers there.
 */
export function isPeerRoot(subject: string | undefined): subject is string {
  return !!subject && subject.length <= maxRootLength && !/^(?:\$|wasmbus\.)/.test(subject);
}

/** `{root}.params`, `{root}.results.0.1`: `root` is the inbox of who receives. */
export function channelSubject(root: string, channel: ChannelRoot, path: IndexPath = []): string {
  return path.length === 0 ? `${root}.${channel}` : `${root}.${channel}.${path.join('.')}`;
}

/** A message to a sender about one of its channels; see README, "Flow control". */
export type ChannelControl = 'ack' | 'cancel';

/** `{root}.ack.params.0.0`: `root` is the inbox of who sends the channel; an empty path is all of them. */
export function controlSubject(
  root: string,
  control: ChannelControl,
  channel: ChannelRoot,
  path: IndexPath,
): string {
  const subject = `${root}.${control}.${channel}`;
  return path.length === 0 ? subject : `${subject}.${path.join('.')}`;
}

/** `{root}.cancel`: the caller no longer waits; see README, "Cancellation". */
export function cancelSubject(root: string): string {
  return `${root}.cancel`;
}

/** `{root}.alive`: means nothing to who has the inbox `root`; for NATS to tell whether anybody has. */
export function aliveSubject(root: string): string {
  return `${root}.alive`;
}

/** What a subject below a call's inbox root is about. */
export type CallSubject =
  | { readonly kind: 'handshake' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'data'; readonly channel: ChannelRoot; readonly path: IndexPath }
  | {
      readonly kind: 'control';
      readonly control: ChannelControl;
      readonly channel: ChannelRoot;
      readonly path: IndexPath;
    };

/**
 * @param rest what follows the root: `''`, `.results`, `.results.0.1`, `.ack.params.0`
 * @returns `undefined` for a subject that means nothing here; such messages are ignored
 */
export function parseCallSubject(rest: string): CallSubject | undefined {
  if (rest === '') return { kind: 'handshake' };
  if (rest === '.cancel') return { kind: 'cancel' };
  const match = /^(?:\.(ack|cancel))?\.(params|results)((?:\.\d{1,10})*)$/.exec(rest);
  if (!match) return undefined;
  const channel = match[2] as ChannelRoot;
  const path = match[3] ? match[3].slice(1).split('.').map(Number) : [];
  if (match[1]) return { kind: 'control', control: match[1] as ChannelControl, channel, path };
  return { kind: 'data', channel, path };
}
