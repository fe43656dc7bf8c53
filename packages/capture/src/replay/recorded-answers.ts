import { RpcError, type WitType } from '@wasmlattice/rpc';
import type { JsonValue } from '@wasmlattice/rpc/json';
import type { LinkCall, LinkInvoker } from '@wasmlattice/wasm-runtime/host-functions';
import type { RecordedCall } from '../file/records.js';
import { resultFromRecord } from '../file/value-from-record.js';
import { errorFromFailure, reasonOf } from '../recorder/failures.js';
import { Masks } from '../recorder/masks.js';
import { HandleNumbers, watchValue } from '../recorder/watched-value.js';
import { drainValue } from './drain-value.js';
import { sameJson } from './json-differences.js';
import { withoutDeferred } from './without-deferred.js';

/** What answered a call of the replay. */
export interface AnsweredCall {
  /** Index of the recorded call; absent: the guest did not make such a call then. */
  readonly recorded: number | undefined;
  /** Why the recorded answer could not be given. */
  readonly misfit?: string;
}

/**
 * Answers the calls of a guest from a record. A call gets the answer of the first call to the same function with the same arguments that has
 * not answered one yet, else of the first to the same function; else it fails.
 */
export class RecordedAnswers {
  readonly links: LinkInvoker;
  /** In the order of the calls. */
  readonly answered: AnsweredCall[] = [];
  readonly #recorded: readonly RecordedCall[];
  readonly #left: Set<number>;
  readonly #chosen = new Map<string, string>();
  readonly #drained: Promise<void>[] = [];
  readonly #watching = { masks: new Masks(), handles: new HandleNumbers(), longestStream: 0 };

  constructor(recorded: readonly RecordedCall[]) {
    this.#recorded = recorded;
    this.#left = new Set(recorded.keys());
    this.links = {
      invoke: (linkKey, call, linkName) => this.#answer(linkKey, call, linkName ?? this.#linkNameOf(linkKey)),
      setLinkName: (name, linkKeys) => {
        for (const linkKey of linkKeys) this.#chosen.set(linkKey, name);
        return undefined;
      },
      linkNameOf: (linkKey) => this.#linkNameOf(linkKey),
    };
  }

  /** Recorded calls that answered none. */
  get missing(): readonly number[] {
    return [...this.#left];
  }

  /** Resolves once all that the guest sent along with its calls was taken. */
  async drained(): Promise<void> {
    await Promise.all(this.#drained);
  }

  #linkNameOf(linkKey: string): string {
    return this.#chosen.get(linkKey) ?? 'default';
  }

  async #answer(linkKey: string, call: LinkCall, link: string): Promise<unknown> {
    const { func, params } = call;
    for (const [at, { type }] of func.params.entries()) this.#drained.push(drainValue(type, params[at]));
    const found = this.#find(linkKey, call, link);
    if (found === undefined) {
      this.answered.push({ recorded: undefined });
      const names = { target: 'the record', instance: call.instance, func: func.name };
      throw new RpcError('not-found', names, 'the guest made no such call when it was recorded');
    }
    const { index, recorded } = found;
    this.#left.delete(index);
    const { failure, result, ended } = recorded;
    if (failure !== undefined) {
      this.answered.push({ recorded: index });
      throw errorFromFailure(failure, call);
    }
    if (ended === undefined) {
      this.answered.push({ recorded: index });
      return await untilAborted(call.signal);
    }
    if (func.result === undefined) {
      this.answered.push({ recorded: index });
      return undefined;
    }
    let value: unknown;
    try {
      value = resultFromRecord(func.result, result ?? null, call.wholeFuture === true);
    } catch (error) {
      this.answered.push({ recorded: index, misfit: reasonOf(error) });
      throw error;
    }
    this.answered.push({ recorded: index });
    return value;
  }

  #find(
    linkKey: string,
    { func, params }: LinkCall,
    link: string,
  ): { readonly index: number; readonly recorded: RecordedCall } | undefined {
    const ofFunction = [...this.#left].flatMap((index) => {
      const recorded = this.#recorded[index];
      return recorded !== undefined &&
        recorded.interface === linkKey &&
        recorded.function === func.name &&
        (recorded.link ?? 'default') === link
        ? [{ index, recorded }]
        : [];
    });
    const given = func.params.map(({ name, type }, at) => ({
      name,
      type,
      json: this.#json(type, params[at]),
    }));
    const isSame = ({ params: known }: RecordedCall): boolean =>
      given.every(({ name, type, json }) =>
        sameJson(withoutDeferred(type, json), withoutDeferred(type, known[name] ?? null)),
      );
    return ofFunction.find(({ recorded }) => isSame(recorded)) ?? ofFunction[0];
  }

  /** Streams and futures are left out later: nothing is taken from these here. */
  #json(type: WitType, value: unknown): JsonValue {
    return watchValue(type, value, this.#watching).json();
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
