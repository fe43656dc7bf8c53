import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { MemoryBudget } from '../../pool/thread-budgets.js';
import { createValidation, type Validation } from '../../validation/index.js';
import type { Engine } from '../engine.js';
import { assertPreparedBy } from '../unfit-prepared-component-error.js';
import { assertPlatform } from '../unsupported-platform-error.js';
import { withCompile } from '../with-compile.js';
import { instantiateGenerated } from './jco-instance.js';
import { loadOutput } from './load-output.js';
import { prepareOutput } from './prepare-output.js';
import { engineName, type PreparedOutput, preparedOutputTag } from './prepared-output.js';

export interface JcoEngineOptions {
  /** What validates components; by default a thread that ends when it is idle. */
  readonly validation?: Validation;
  /**
   * Where generated code and verdicts are kept for the next start, shared by all processes of the same user. Code from there is
   * executed: nobody else may write to it. Without it the code is generated anew each time a component is prepared.
   */
  readonly cacheDir?: string;
  readonly logger?: Logger;
  /** Counts the linear memories of instances; without it there may be any number. */
  readonly budgets?: MemoryBudget | undefined;
}

/**
 * An engine for trusted components: jco generates JavaScript for them, once for each content. It runs many that `direct` does not. A
 * foreign component may reach the host through the generator, or through the code that it makes, which runs outside of any sandbox.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createJcoEngine({
  cacheDir,
  logger = noopLogger,
  budgets,
  validation = createValidation({ cacheDir, logger }),
}: JcoEngineOptions = {}): Engine {
  assertPlatform();
  return withCompile(
    {
      name: engineName,
      prepare: (bytes, options) =>
        prepareOutput(bytes, options, { cacheDir, logger: logger.with({ component: options.component }) }),
      load(prepared, options) {
        const { component } = options;
        assertPreparedBy<PreparedOutput>(preparedOutputTag, prepared, component);
        const parts = loadOutput(prepared, options, { logger: logger.with({ component }), budgets });
        return {
          types: parts.types,
          instantiate: (imports, options = {}) => instantiateGenerated(parts, imports, options),
        };
      },
    },
    validation,
  );
}
