import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@wasmlattice/telemetry';
import type { MemoryBudget } from '../../pool/thread-budgets.js';
import type { LoadOptions } from '../engine.js';
import { preparedTypes } from '../prepared-types.js';
import { UnfitPreparedComponentError } from '../unfit-prepared-component-error.js';
import { compileScript } from './compile-script.js';
import type { CompiledParts, GeneratedInstantiate } from './jco-instance.js';
import { engineName, type PreparedOutput } from './prepared-output.js';
import { planTranspile } from './transpile.js';

export interface LoadOutputContext {
  readonly logger: Logger;
  readonly budgets: MemoryBudget | undefined;
}

/**
 * Makes functions of the generated code.
 *
 * @throws UnfitPreparedComponentError when the code is no JavaScript any more, or was generated for other suspending imports: a guest
 *   would go on with a promise in place of a value
 */
export function loadOutput(
  prepared: PreparedOutput,
  { component, suspends }: LoadOptions,
  { logger, budgets }: LoadOutputContext,
): CompiledParts {
  const { script, coreModules, memories, asyncImports } = prepared;
  const types = preparedTypes(prepared);
  if (!isDeepStrictEqual(planTranspile(types, { suspends }).asyncImports, asyncImports)) {
    throw new UnfitPreparedComponentError(
      component,
      engineName,
      'was generated for other suspending imports',
    );
  }
  return {
    component,
    types,
    instantiate: evaluate(script, component),
    coreModules,
    console: createConsole(logger),
    memories,
    budgets,
  };
}

function evaluate(script: string, component: string): GeneratedInstantiate {
  try {
    return compileScript(script, component)();
  } catch (cause) {
    throw new UnfitPreparedComponentError(component, engineName, 'has code that is damaged', { cause });
  }
}

/** What the generated code complains about is for us, not for the process's streams. */
function createConsole(logger: Logger): object {
  const write = (...args: readonly unknown[]): void => logger.debug(args.map(String).join(' '));
  return { log: write, debug: write, info: write, warn: write, error: write };
}
