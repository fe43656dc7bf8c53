import { type CoreItem, decodeInstantiation, type Instantiation } from '../../formats/component/index.js';
import type { LoadOptions } from '../engine.js';
import { compileLift, compileLower } from './abi/index.js';
import type { PreparedProgram } from './prepared-program.js';
import type { PlannedLift, PlannedLower, Program, Starts } from './program.js';

/** Adds to the code what can't be shared: types with identity, and functions that pass values. */
export function loadProgram(
  { skeleton, modules, memories, images, writesTables, resetObstacle }: PreparedProgram,
  { component, suspends }: LoadOptions,
): Program {
  const instantiation = decodeInstantiation(skeleton);
  const { types, instances, parts, definedResources, importedResources } = instantiation;
  return {
    component,
    types,
    modules,
    instances,
    parts,
    ...planFunctions(instantiation, suspends),
    definedResources,
    importedResources,
    memories,
    images,
    starts: placeStarts(instances, modules),
    writesTables,
    resetObstacle,
  };
}

function placeStarts(instances: Instantiation['instances'], modules: PreparedProgram['modules']): Starts {
  const layouts = instances.flatMap((each) => {
    const layout = each.kind === 'instantiate' ? modules[each.module]?.layout : undefined;
    return layout === undefined ? [] : [layout];
  });
  const first = layouts.findIndex(({ start }) => start !== undefined);
  if (first === -1) return 'never';
  const later = layouts.slice(first + 1);
  return later.some(({ data, hasElements }) => hasElements || data.length > 0) ? 'between' : 'last';
}

/** @throws UnsupportedTypeError */
export function planFunctions(
  { instances, exports }: Pick<Instantiation, 'instances' | 'exports'>,
  suspends: LoadOptions['suspends'],
): Pick<Program, 'lowers' | 'exports'> {
  return { lowers: planLowers(instances, suspends), exports: planLifts(exports) };
}

function planLowers(
  instances: Instantiation['instances'],
  suspends: LoadOptions['suspends'],
): Program['lowers'] {
  const lowers = new Map<CoreItem, PlannedLower>();
  const items = instances.flatMap((each) => (each.kind === 'exports' ? [...each.items.values()] : []));
  for (const item of items) {
    if (item.kind !== 'lower') continue;
    const { instance, func } = item.func;
    lowers.set(item, { plan: compileLower(func, instance), suspends: suspends(instance, func.name) });
  }
  return lowers;
}

function planLifts(exports: Instantiation['exports']): Program['exports'] {
  const planned = new Map<string, Map<string, PlannedLift>>();
  for (const { instance, func, lift } of exports) {
    const functions = planned.get(instance) ?? new Map<string, PlannedLift>();
    planned.set(instance, functions);
    functions.set(func.name, { plan: compileLift(func, instance), ...lift });
  }
  return planned;
}
