import type { WitInterface } from '@wasmlattice/rpc';
import { parseInterfaceId } from '../interface-id.js';
import { closestName } from './closest-name.js';
import { shortName } from './missing-import-error.js';
import { type Difference, functionDifference, type IsSameResource } from './type-difference.js';

/**
 * What a component wants of an interface that the host does not serve so: a resource, a function or a type. An interface may have more
 * than is wanted of it.
 */
export function interfaceDifferences(
  wanted: WitInterface,
  declared: WitInterface,
  isSame: IsSameResource,
): Difference[] {
  const { name: id } = parseInterfaceId(declared.id);
  const resources = new Set(declared.resources);
  const functions = new Map(declared.functions.map((func) => [func.name, func]));
  const names = [...functions.keys()];
  const missing = (what: string, name: string, candidates: Iterable<string>): Difference => {
    return () => {
      const closest = closestName(name, candidates);
      return `${id} has no ${what}${shortName(name)}${closest === undefined ? '' : ` (the closest is ${closest})`}`;
    };
  };
  const differences: Difference[] = [];
  for (const name of wanted.resources) {
    if (!resources.has(name)) differences.push(missing('resource ', name, resources));
  }
  for (const { name, resource } of wanted.aliases ?? []) {
    if (!resources.has(name) || isSame(resource, { instance: declared.id, name })) continue;
    differences.push(() => `the resource ${name} is one of its own, found ${resource.name} under that name`);
  }
  for (const func of wanted.functions) {
    const expected = functions.get(func.name);
    if (expected === undefined) {
      differences.push(missing('', func.name, names));
      continue;
    }
    const difference = functionDifference(func, expected, isSame);
    if (difference !== undefined) differences.push(() => `${func.name} is of another type, ${difference()}`);
  }
  return differences;
}
