import type { CallHeaders, Invoker, ServedHandle, Server, WitFunction } from '@wasmlattice/rpc';
import { isOwner, ownerTarget } from './handle-bytes.js';

/**
 * On a call that gives resources: the member whose guest holds them then, beside `source-id`. Other implementations look at no
 * header of this name, and name no holder.
 */
const holderHeader = 'wasmlattice-holder';

const instance = 'wasmlattice:lattice/holder@0.1.0';
const alive: WitFunction = { name: 'alive', params: [] };

/** How long a holder may take to say that it is there, in ms. */
const answerMs = 5_000;

/** One subject token, as component ids are. */
const componentId = /^[-/_=a-zA-Z0-9]{1,512}$/;

/** @param member that of the caller */
export function holderHeaders(member: string | undefined): CallHeaders | undefined {
  return member === undefined ? undefined : { [holderHeader]: member };
}

/** Who holds what a call with these headers gives, as a target in the lattice; `undefined` when the call does not say. */
export function holderOf(headers: CallHeaders): string | undefined {
  const member = headers[holderHeader];
  const source = headers['source-id'];
  if (member === undefined || source === undefined) return undefined;
  return isOwner(member) && componentId.test(source) ? ownerTarget(source, member) : undefined;
}

/** Has keepers of resources find out that this member is there. */
export function serveHolder(server: Server, holder: string): Promise<ServedHandle> {
  return server.serve({ target: holder, instance, func: alive, handler: async () => undefined });
}

/** Rejects with a `not-found` when NATS knows nobody of that name, and in other ways when that is not known. */
export async function askHolder(invoker: Invoker, holder: string): Promise<void> {
  await invoker.invoke({ target: holder, instance, func: alive, params: [], timeoutMs: answerMs });
}
