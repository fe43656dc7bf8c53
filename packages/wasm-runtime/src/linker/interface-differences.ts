import type { WitInterface } from '@wasmlattice/rpc';
import { parseInterfaceId } from '../interface-id.js';
import { closestName } from './closest-name.js';
import { functionDifference, type IsSameResource } from './type-difference.js';

/**
 * What a component wants of an interface that the host does not serve so, each in a few words: a resource, a function or a type. An
 * interface may have more than is wanted of it.
 */
export function interfaceDifferences(
  wanted: WitInterface,
  declared: WitInterface,
  isSame: IsSameResource,
): string[] {
  const { name: id } = parseInterfaceId(declared.id);
  const resources = new Set(declared.resources);
  const functions = new Map(declared.functions.map((func) => [func.name, func]));
  const missing = (what: string, name: string, names: Iterable<string>): string => {
    const closest = closestName(name, names);
    return `${id} has no ${what}${name}${closest === undefined ? '' : ` (the closest is ${closest})`}`;
  };
  const differences: string[] = [];
  for (const name of wanted.resources) {
    if (!resources.has(name)) differences.push(missing('resource ', name, resources));
  }
  for (const func of wanted.functions) {
    const expected = functions.get(func.name);
    if (expected === undefined) {
      differences.push(missing('', func.name, functions.keys()));
      continue;
    }
    const difference = functionDifference(func, expected, isSame);
    if (difference !== undefined) differences.push(`${func.name} is of another type, ${difference}`);
  }
  return differences;
}
