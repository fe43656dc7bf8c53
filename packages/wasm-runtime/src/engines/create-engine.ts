import { noopLogger } from '@wasmlattice/telemetry';
import { createValidation, validatedBefore } from '../validation/index.js';
import { createDirectEngine, type DirectEngineOptions, UnsupportedComponentError } from './direct/index.js';
import type { Engine } from './engine.js';
import { createJcoEngine, type JcoEngineOptions } from './jco/index.js';
import { withCompile } from './with-compile.js';

/** `auto`: each component runs on `direct` if that covers all it uses, else on `jco`. */
export type EngineChoice = 'auto' | 'direct' | 'jco';

export interface EngineOptions extends DirectEngineOptions, JcoEngineOptions {
  /** By default `auto`. */
  readonly choice?: EngineChoice;
}

/**
 * The engine to run components with.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createEngine({ choice = 'auto', ...options }: EngineOptions = {}): Engine {
  switch (choice) {
    case 'direct':
      return createDirectEngine(options);
    case 'jco':
      return createJcoEngine(options);
    case 'auto':
      return createChooser(options);
  }
}

function createChooser(options: Omit<EngineOptions, 'choice'>): Engine {
  const { cacheDir, logger = noopLogger } = options;
  const { validation = createValidation({ cacheDir, logger }) } = options;
  const direct = createDirectEngine({ ...options, validation: validatedBefore });
  const jco = createJcoEngine({ ...options, validation: validatedBefore });
  const chooser: Omit<Engine, 'validate' | 'compile'> = {
    name: 'auto',
    async prepare(bytes, prepareOptions) {
      const { component } = prepareOptions;
      try {
        const prepared = await direct.prepare(bytes, prepareOptions);
        logger.debug('component runs on engine direct', { component });
        return prepared;
      } catch (error) {
        if (!(error instanceof UnsupportedComponentError)) throw error;
        logger.debug('component runs on engine jco', { component, reason: error.reason });
        return jco.prepare(bytes, prepareOptions);
      }
    },
    // What neither engine has made is for one of them to refuse.
    load: (prepared, loadOptions) =>
      (prepared.engine === jco.name ? jco : direct).load(prepared, loadOptions),
  };
  return withCompile(chooser, validation);
}
