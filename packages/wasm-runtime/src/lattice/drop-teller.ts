import type { WitFunction, WitResource } from '@wasmlattice/rpc';
import type { LinkInvoker } from '../host-functions/host-interface.js';
import { parseInterfaceId } from '../interface-id.js';
import { isNotFound, isRpcError } from '../rpc-failures.js';
import { dropFunction, type RemoteArrival } from './remote-resource.js';

/** How long a keeper that does not listen for drops is left alone, in ms: other implementations never do. */
const deafMs = 60_000;

/** A drop is lost with a connection; telling a keeper twice does no harm. */
const tries = 3;

/** Tells the keepers of one resource of dropped handles. Knows for all instances of a component who listens. */
export class DropTeller {
  readonly #linkKey: string;
  readonly #instance: string;
  readonly #func: WitFunction;
  /** By link name: until when keepers are told nothing, because the last one did not listen. */
  readonly #deafUntil = new Map<string, number>();
  /** Link names behind which a keeper did listen: one that does not is being replaced. */
  readonly #listening = new Set<string>();

  constructor(resource: WitResource) {
    this.#linkKey = parseInterfaceId(resource.instance).name;
    this.#instance = resource.instance;
    this.#func = dropFunction(resource);
  }

  /** Not bound to an invocation, whose end may be what drops the handle. Who is not reached expires handles by itself. */
  async tell(
    links: LinkInvoker,
    { handle, linkName }: Pick<RemoteArrival, 'handle' | 'linkName'>,
  ): Promise<void> {
    const link = linkName ?? '';
    if ((this.#deafUntil.get(link) ?? 0) > performance.now()) return;
    const call = { instance: this.#instance, func: this.#func, params: [handle] };
    for (let i = 0; i < tries; i++) {
      try {
        await links.invoke(this.#linkKey, call, linkName);
        this.#listening.add(link);
        return;
      } catch (error) {
        if (isNotFound(error) && !this.#listening.has(link)) {
          this.#deafUntil.set(link, performance.now() + deafMs);
        }
        if (!isRpcError(error, 'disconnected')) return;
      }
    }
  }
}
