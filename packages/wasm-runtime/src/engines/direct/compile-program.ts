import { CompileError, ComponentLimitError } from '../../errors.js';
import { decodeInstantiation, type Instantiation, skeletonOf } from '../../formats/component/index.js';
import {
  limitModule,
  type RewrittenModule,
  UnsupportedModuleError,
} from '../../formats/core-module/index.js';
import { assertPartsWithinLimits } from '../component-limits.js';
import type { PrepareOptions } from '../engine.js';
import type { MemoryImages } from './memory/index.js';
import type { ModuleCompiler } from './module-compiler.js';
import { type PreparedProgram, preparedProgramTag } from './prepared-program.js';
import type { ProgramModule } from './program.js';
import { shareData } from './share-data.js';
import { takeImages } from './take-images.js';
import { engineName, UnsupportedComponentError } from './unsupported-component-error.js';

/**
 * Compiles the code of a component and finds out all that may keep it from being loaded.
 *
 * @throws InvalidComponentError, UnsupportedComponentError, CompileError, ComponentLimitError
 */
export async function compileProgram(
  bytes: Uint8Array,
  options: PrepareOptions,
  memories: () => MemoryImages,
  compiler: ModuleCompiler,
): Promise<PreparedProgram> {
  const instantiation = decodeInstantiation(bytes);
  // Before the modules, which take longest.
  assertSupported(instantiation, options.component);
  const code = await compileModules(instantiation, options, compiler);
  const prepared = { ...preparedProgramTag, skeleton: skeletonOf(bytes), ...code };
  return { ...prepared, images: await takeImages(prepared, options.component, memories) };
}

function assertSupported(instantiation: Instantiation, component: string): void {
  if (instantiation.obstacle !== undefined) {
    throw new UnsupportedComponentError(component, instantiation.obstacle);
  }
}

type PreparedCode = Pick<
  PreparedProgram,
  'modules' | 'memories' | 'codeBytes' | 'writesTables' | 'resetObstacle'
>;

async function compileModules(
  instantiation: Instantiation,
  options: PrepareOptions,
  compiler: ModuleCompiler,
): Promise<PreparedCode> {
  try {
    const { memories } = assertPartsWithinLimits(instantiation, options);
    const checks = options.preemptible ?? true;
    const compiled = await Promise.all(
      // Asynchronous as a whole: one that throws must not leave the promises of those before it to nobody.
      instantiation.modules.map(async (bytes) => compiler.compile(limitModule(bytes, options), checks)),
    );
    const rewritten = compiled.map((each) => each.rewritten);
    return {
      modules: compiled.map(({ module, rewritten: { obstacle, isDataApart, ...layout } }): ProgramModule => {
        return { module, layout: { ...layout, data: shareData(layout) } };
      }),
      memories,
      codeBytes: compiled.reduce((sum, { codeBytes }) => sum + codeBytes, 0),
      writesTables: rewritten.some(({ writesTables }) => writesTables),
      resetObstacle: findResetObstacle(rewritten),
    };
  } catch (error) {
    if (error instanceof ComponentLimitError) throw error;
    if (error instanceof UnsupportedModuleError) {
      throw new UnsupportedComponentError(options.component, error.message);
    }
    throw new CompileError(options.component, engineName, error);
  }
}

/** Why instances of the component can't be reset. */
function findResetObstacle(modules: readonly Omit<RewrittenModule, 'bytes'>[]): string | undefined {
  const obstacle = modules.find((module) => module.obstacle !== undefined)?.obstacle;
  if (obstacle !== undefined) return obstacle;
  const writesTables = modules.some((module) => module.writesTables);
  const hasHiddenTables = modules.some((module) => module.hasHiddenTables);
  return writesTables && hasHiddenTables ? 'it writes tables that JavaScript has no access to' : undefined;
}
