import type { WitType } from '@wasmlattice/rpc';
import { typeWithoutJson } from '@wasmlattice/rpc/json';

/** By type, since types of an interface are the same objects each time. */
const known = new WeakMap<WitType, boolean>();

/** Whether handles, streams or futures are anywhere in values of the type. */
export function hasNoJson(type: WitType): boolean {
  let answer = known.get(type);
  if (answer === undefined) {
    answer = typeWithoutJson({ params: [], result: type }) !== undefined;
    known.set(type, answer);
  }
  return answer;
}
