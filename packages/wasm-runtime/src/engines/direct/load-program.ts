import {
  type CoreItem,
  decodeInstantiation,
  type Instantiation,
  type Lift,
  type LoweredItem,
  namedFunction,
} from '../../formats/component/index.js';
import type { LoadOptions } from '../engine.js';
import {
  type CallPlan,
  compileAsyncPartCall,
  compileLift,
  compileLower,
  compilePartCall,
} from './abi/index.js';
import type { PreparedProgram } from './prepared-program.js';
import type { PlannedExport, PlannedLower, Program, Starts } from './program.js';

/** Adds to the code what can't be shared: types with identity, and functions that pass values. */
export function loadProgram(
  { skeleton, modules, memories, images, writesTables, resetObstacle }: PreparedProgram,
  { component, suspends }: LoadOptions,
): Program {
  const instantiation = decodeInstantiation(skeleton);
  const { types, instances, parts, definedResources, importedResources, resourceViews } = instantiation;
  return {
    component,
    types,
    modules,
    instances,
    parts,
    ...planFunctions(instantiation, suspends),
    definedResources,
    importedResources,
    resourceViews,
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

function planFunctions(
  { lowered, exports }: Pick<Instantiation, 'lowered' | 'exports'>,
  suspends: LoadOptions['suspends'],
): Pick<Program, 'lowers' | 'calls' | 'exports'> {
  const lowers = new Map<CoreItem, PlannedLower>();
  const calls = new Map<CoreItem, CallPlan>();
  for (const item of lowered) {
    if (item.kind === 'call') {
      const compileCall = item.type.async ? compileAsyncPartCall : compilePartCall;
      calls.set(item, compileCall({ caller: item.type, callee: item.lift.type }, nameOf(item)));
    } else {
      const { instance, func } = item.func;
      const plan = compileLower(namedFunction(func.name, item.type), instance);
      lowers.set(item, { plan, suspends: suspends(instance, func.name) });
    }
  }
  return { lowers, calls, exports: planExports(exports) };
}

/** Functions that pass between parts have no names but those of the core functions behind them. */
function nameOf({ lift }: Extract<LoweredItem, { readonly kind: 'call' }>): string {
  const { core, part } = lift;
  return core.kind === 'export' ? core.name : `of part ${part}`;
}

function planExports(exports: Instantiation['exports']): Program['exports'] {
  const planned = new Map<string, Map<string, PlannedExport>>();
  for (const { instance, func, source } of exports) {
    const functions = planned.get(instance) ?? new Map<string, PlannedExport>();
    planned.set(instance, functions);
    functions.set(
      func.name,
      source.kind === 'import'
        ? { kind: 'reexport', imported: source.imported }
        : planLift(func.name, instance, source.lift),
    );
  }
  return planned;
}

function planLift(name: string, exportId: string, { type, part, core, options }: Lift): PlannedExport {
  return { kind: 'lift', plan: compileLift(namedFunction(name, type), exportId), part, core, options };
}
