import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { MemoryBudget, StackBudget } from '../../pool/thread-budgets.js';
import { createValidation, type Validation } from '../../validation/index.js';
import type { Engine } from '../engine.js';
import { type Preemption, withoutPreemption } from '../preemption.js';
import { keepHolds } from '../prepared-holds.js';
import { assertPreparedBy } from '../unfit-prepared-component-error.js';
import { assertPlatform } from '../unsupported-platform-error.js';
import { withCompile } from '../with-compile.js';
import { compileProgram } from './compile-program.js';
import { DirectComponent } from './direct-component.js';
import type { IdleLimits } from './idle-instances.js';
import { loadProgram } from './load-program.js';
import {
  type MemoryImages,
  type MemoryWayChoice,
  type MemoryWayWish,
  threadMemoryImages,
} from './memory/index.js';
import { ModuleCompiler } from './module-compiler.js';
import { type PreparedProgram, preparedProgramTag } from './prepared-program.js';
import { engineName } from './unsupported-component-error.js';

export interface DirectEngineOptions {
  /** Where it is kept that a component is valid, for the next start. Only the host's own user may write there. */
  readonly cacheDir?: string;
  /** What validates components; by default a thread that ends when it is idle. */
  readonly validation?: Validation;
  readonly logger?: Logger;
  /** How many instances are kept between invocations, for each component and each thread that has loaded it. */
  readonly idle?: IdleLimits;
  /** Counts the linear memories of instances; without it there may be any number. */
  readonly budgets?: MemoryBudget | undefined;
  /** Counts the stacks of guests' threads that wait, besides one for each invocation; without it 256 of an instance may, in any number of instances. */
  readonly stacks?: StackBudget | undefined;
  /** Has a say while guests compute; without it a guest computes as long as it likes. */
  readonly preemption?: Preemption | undefined;
  /**
   * How linear memories are brought back to their first state: what {@link chooseMemoryWay} has found for the process. Else, and by
   * default with `auto`, each thread finds out with its first instance.
   */
  readonly memoryReset?: MemoryWayWish | MemoryWayChoice;
}

/**
 * The engine that links core modules itself and resets instances instead of making new ones. Its `prepare` throws an
 * `UnsupportedComponentError` for what it does not cover: threads that share everything, garbage-collected values, imports of core modules.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createDirectEngine(options: DirectEngineOptions = {}): Engine {
  const {
    logger = noopLogger,
    cacheDir,
    validation = createValidation({ cacheDir, logger }),
    idle,
    budgets,
    stacks,
    preemption = withoutPreemption(),
    memoryReset = 'auto',
  } = options;
  assertPlatform();
  const compiler = new ModuleCompiler();
  let memories: MemoryImages | undefined;
  const memoryImages = (): MemoryImages => {
    if (memories === undefined) {
      const { images, reason } = threadMemoryImages(memoryReset);
      memories = images;
      logger.debug('chose how memories are reset', { way: images.way, reason });
    }
    return memories;
  };
  return withCompile(
    {
      name: engineName,
      async prepare(bytes, prepareOptions) {
        const prepared = await compileProgram(bytes, prepareOptions, memoryImages, compiler);
        keepHolds(prepared);
        return prepared;
      },
      load(prepared, loadOptions) {
        const { component } = loadOptions;
        assertPreparedBy<PreparedProgram>(preparedProgramTag, prepared, component);
        return new DirectComponent(loadProgram(prepared, loadOptions), {
          logger: logger.with({ component }),
          memories: memoryImages,
          idle,
          budgets,
          stacks,
          preemption,
        });
      },
    },
    validation,
    { preparesMeanwhile: true },
  );
}
