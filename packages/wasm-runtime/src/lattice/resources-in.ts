import type { WitResource, WitType } from '@wasmlattice/rpc';
import { childTypes } from '../formats/component/types/walk.js';

/** The resources whose handles values of a type hold, each as often as it is mentioned. */
export function resourcesIn(type: WitType): WitResource[] {
  if (type.kind === 'own' || type.kind === 'borrow') return [type.resource];
  return childTypes(type).flatMap(resourcesIn);
}
