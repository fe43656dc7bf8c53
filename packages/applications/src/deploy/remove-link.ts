import type { ControlCallOptions, ControlClient, Link } from '@wasmlattice/control-interface';
import type { ReceivedEvent } from '@wasmlattice/events';
import { isSameSlot } from './link-slot.js';

/** A link to be removed, and those that a host may take for it. */
export interface LinkRemoval {
  readonly link: Link;
  /** The other links of its slot, which stay. */
  readonly beside: readonly Link[];
}

export interface RemoveLinkOptions {
  readonly client: Pick<ControlClient, 'deleteLink' | 'putLink'>;
  readonly request: ControlCallOptions;
  /** Sends a request and resolves to the event that tells its outcome; rejects where that is a failure. */
  readonly outcome: (
    send: () => Promise<unknown>,
    isOutcome: (event: ReceivedEvent) => boolean,
  ) => Promise<ReceivedEvent>;
}

/** The removal of `link`, given all links of the lattice. */
export function removalOf(link: Link, links: readonly Link[]): LinkRemoval {
  return { link, beside: links.filter((each) => isSameSlot(each, link) && each.target !== link.target) };
}

/**
 * Removes one link. Hosts of ours take just that; the wire knows no target in a deletion, so that a host of wasmCloud takes the first
 * link of the slot. Whatever it takes is told by its event: it is asked again until the right one is gone, and gets back the others.
 *
 * @returns whether there was such a link
 */
export async function removeLink(
  { link, beside }: LinkRemoval,
  { client, outcome, request }: RemoveLinkOptions,
): Promise<boolean> {
  const { name, sourceId, target, witNamespace, witPackage } = link;
  const strayed: Link[] = [];
  let isRemoved = false;
  while (!isRemoved && strayed.length <= beside.length) {
    const event = await outcome(
      () => client.deleteLink({ name, sourceId, target, witNamespace, witPackage }, request),
      (each) => each.name === 'linkdef_deleted' && isSameSlot(each.data, link),
    );
    const taken = event.name === 'linkdef_deleted' ? event.data.target : undefined;
    if (taken === undefined) break;
    isRemoved = taken === target;
    const other = beside.find((each) => each.target === taken);
    if (other !== undefined) strayed.push(other);
  }
  for (const other of strayed) {
    await outcome(
      () => client.putLink(other, request),
      (each) =>
        (each.name === 'linkdef_set' || each.name === 'linkdef_set_failed') &&
        isSameSlot(each.data, other) &&
        each.data.target === other.target,
    );
  }
  return isRemoved;
}
