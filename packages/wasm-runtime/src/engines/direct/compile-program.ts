import { CompileError, ComponentLimitError } from '../../errors.js';
import { type CoreItem, decodeInstantiation, type Instantiation } from '../../formats/component/index.js';
import {
  inspectModule,
  limitModule,
  MalformedModuleError,
  type ModuleFacts,
  rewriteModule,
} from '../../formats/core-module/index.js';
import { assertPartsWithinLimits } from '../component-limits.js';
import type { CompileOptions } from '../engine.js';
import { webAssembly } from '../web-assembly.js';
import { compileLift, compileLower, UnsupportedTypeError } from './abi/index.js';
import type { PlannedLift, PlannedLower, Program, ProgramModule } from './program.js';
import { engineName, UnsupportedComponentError } from './unsupported-component-error.js';

/**
 * @throws InvalidComponentError, UnsupportedComponentError, CompileError, ComponentLimitError
 */
export async function compileProgram(bytes: Uint8Array, options: CompileOptions): Promise<Program> {
  const { component } = options;
  const instantiation = decodeInstantiation(bytes);
  const { types, instances, definedResources, importedResources, obstacle } = instantiation;
  if (obstacle !== undefined) throw new UnsupportedComponentError(component, obstacle);
  // Before the modules, which take longest.
  const { lowers, exports } = planFunctions(instantiation, options);
  const { modules, resetObstacle } = await compileModules(instantiation, options);
  return {
    component,
    types,
    modules,
    instances,
    lowers,
    exports,
    definedResources,
    importedResources,
    resetObstacle,
  };
}

function planFunctions(
  instantiation: Instantiation,
  options: CompileOptions,
): Pick<Program, 'lowers' | 'exports'> {
  try {
    return { lowers: planLowers(instantiation, options), exports: planLifts(instantiation) };
  } catch (error) {
    if (!(error instanceof UnsupportedTypeError)) throw error;
    throw new UnsupportedComponentError(options.component, error.message);
  }
}

function planLowers({ instances }: Instantiation, { suspends }: CompileOptions): Program['lowers'] {
  const lowers = new Map<CoreItem, PlannedLower>();
  const items = instances.flatMap((each) => (each.kind === 'exports' ? [...each.items.values()] : []));
  for (const item of items) {
    if (item.kind !== 'lower') continue;
    const { instance, func } = item.func;
    lowers.set(item, { plan: compileLower(func, instance), suspends: suspends(instance, func.name) });
  }
  return lowers;
}

function planLifts({ exports }: Instantiation): Program['exports'] {
  const planned = new Map<string, Map<string, PlannedLift>>();
  for (const { instance, func, lift } of exports) {
    const functions = planned.get(instance) ?? new Map<string, PlannedLift>();
    planned.set(instance, functions);
    functions.set(func.name, { plan: compileLift(func, instance), ...lift });
  }
  return planned;
}

async function compileModules(
  instantiation: Instantiation,
  options: CompileOptions,
): Promise<Pick<Program, 'modules' | 'resetObstacle'>> {
  try {
    assertPartsWithinLimits(instantiation, options);
    const modules = instantiation.modules.map((bytes) => limitModule(bytes, options));
    const facts = modules.map(inspect);
    const resetObstacle = findResetObstacle(facts);
    const tables = facts.some((each) => typeof each === 'object' && each.writesTables);
    const compiled = modules.map(async (bytes, index): Promise<ProgramModule> => {
      const known = facts[index];
      if (resetObstacle !== undefined || typeof known !== 'object') {
        return { module: await webAssembly.compile(bytes), state: undefined };
      }
      const { bytes: rewritten, ...state } = rewriteModule(bytes, known, { tables });
      return { module: await webAssembly.compile(rewritten), state };
    });
    return { modules: await Promise.all(compiled), resetObstacle };
  } catch (error) {
    if (error instanceof ComponentLimitError) throw error;
    throw new CompileError(options.component, engineName, error);
  }
}

/** The facts, or why there are none. What can't be read here may still be fine: V8 decides. */
function inspect(bytes: Uint8Array): ModuleFacts | string {
  try {
    return inspectModule(bytes);
  } catch (error) {
    if (error instanceof MalformedModuleError) return error.message;
    throw error;
  }
}

function findResetObstacle(modules: readonly (ModuleFacts | string)[]): string | undefined {
  let writesTables = false;
  let hasOtherTables = false;
  for (const facts of modules) {
    if (typeof facts === 'string') return facts;
    if (facts.obstacle !== undefined) return facts.obstacle;
    writesTables ||= facts.writesTables;
    hasOtherTables ||= facts.tables.some(({ accessible }) => !accessible);
  }
  return writesTables && hasOtherTables ? 'it writes tables that JavaScript has no access to' : undefined;
}
