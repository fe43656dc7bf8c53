import { CompileError, ComponentLimitError } from '../../errors.js';
import { decodeInstantiation, type Instantiation, skeletonOf } from '../../formats/component/index.js';
import {
  inspectModule,
  limitModule,
  MalformedModuleError,
  type ModuleFacts,
  rewriteModule,
} from '../../formats/core-module/index.js';
import { assertPartsWithinLimits } from '../component-limits.js';
import type { PrepareOptions } from '../engine.js';
import { type CoreModule, webAssembly } from '../web-assembly.js';
import { UnsupportedTypeError } from './abi/index.js';
import { planFunctions } from './load-program.js';
import { type PreparedProgram, preparedProgramTag } from './prepared-program.js';
import type { ProgramModule } from './program.js';
import { engineName, UnsupportedComponentError } from './unsupported-component-error.js';

/**
 * Compiles the code of a component and finds out all that may keep it from being loaded.
 *
 * @throws InvalidComponentError, UnsupportedComponentError, CompileError, ComponentLimitError
 */
export async function compileProgram(bytes: Uint8Array, options: PrepareOptions): Promise<PreparedProgram> {
  const instantiation = decodeInstantiation(bytes);
  // Before the modules, which take longest.
  assertSupported(instantiation, options.component);
  const { modules, memories, codeBytes, resetObstacle } = await compileModules(instantiation, options);
  return { ...preparedProgramTag, skeleton: skeletonOf(bytes), codeBytes, modules, memories, resetObstacle };
}

function assertSupported(instantiation: Instantiation, component: string): void {
  if (instantiation.obstacle !== undefined) {
    throw new UnsupportedComponentError(component, instantiation.obstacle);
  }
  try {
    // Which imports wait makes no difference to what can be planned.
    planFunctions(instantiation, () => false);
  } catch (error) {
    if (!(error instanceof UnsupportedTypeError)) throw error;
    throw new UnsupportedComponentError(component, error.message);
  }
}

async function compileModules(
  instantiation: Instantiation,
  options: PrepareOptions,
): Promise<Pick<PreparedProgram, 'modules' | 'memories' | 'codeBytes' | 'resetObstacle'>> {
  try {
    const { memories } = assertPartsWithinLimits(instantiation, options);
    const modules = instantiation.modules.map((bytes) => limitModule(bytes, options));
    const facts = modules.map(inspect);
    const resetObstacle = findResetObstacle(facts);
    const tables = facts.some((each) => typeof each === 'object' && each.writesTables);
    let codeBytes = 0;
    const compile = (bytes: Uint8Array): Promise<CoreModule> => {
      codeBytes += bytes.length;
      return webAssembly.compile(bytes);
    };
    const compiled = modules.map(async (bytes, index): Promise<ProgramModule> => {
      const known = facts[index];
      if (resetObstacle !== undefined || typeof known !== 'object') {
        return { module: await compile(bytes), state: undefined };
      }
      const { bytes: rewritten, ...state } = rewriteModule(bytes, known, { tables });
      return { module: await compile(rewritten), state };
    });
    return { modules: await Promise.all(compiled), memories, codeBytes, resetObstacle };
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
