import { isDeepStrictEqual } from 'node:util';
import { compileFunction } from 'node:vm';
import type { Logger } from '@wasmlattice/telemetry';
import type { LoadOptions } from '../engine.js';
import { CompileError } from '../errors.js';
import { preparedTypes } from '../prepared-types.js';
import { UnfitPreparedComponentError } from '../unfit-prepared-component-error.js';
import type { CompiledParts, GeneratedInstantiate } from './jco-instance.js';
import { engineName, type PreparedOutput } from './prepared-output.js';
import { planTranspile } from './transpile.js';

/**
 * Makes functions of the generated code.
 *
 * @throws UnfitPreparedComponentError when the code was generated for other suspending imports: a guest would go on with a promise
 *   in place of a value
 * @throws CompileError when the code is no JavaScript
 */
export function loadOutput(
  prepared: PreparedOutput,
  { component, suspends }: LoadOptions,
  logger: Logger,
): CompiledParts {
  const { script, coreModules, asyncImports } = prepared;
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
  };
}

function evaluate(script: string, component: string): GeneratedInstantiate {
  try {
    return compileFunction(script, [], { filename: `${component}.jco.js` })() as GeneratedInstantiate;
  } catch (error) {
    throw new CompileError(component, engineName, error);
  }
}

/** What the generated code complains about is for us, not for the process's streams. */
function createConsole(logger: Logger): object {
  const write = (...args: readonly unknown[]): void => logger.debug(args.map(String).join(' '));
  return { log: write, debug: write, info: write, warn: write, error: write };
}
