import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { Engine } from '../engine.js';
import { assertPlatform } from '../unsupported-platform-error.js';
import { compileProgram } from './compile-program.js';
import { DirectComponent } from './direct-component.js';
import type { IdleLimits } from './idle-instances.js';
import { engineName } from './unsupported-component-error.js';

export interface DirectEngineOptions {
  readonly logger?: Logger;
  /** How many instances are kept between invocations, for each component. */
  readonly idle?: IdleLimits;
}

/**
 * The engine that links core modules itself and resets instances instead of making new ones. Its `compile` throws an
 * `UnsupportedComponentError` for what it does not cover: asynchronous functions, streams and futures, threads, and components
 * composed of several with code of their own.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createDirectEngine({ logger = noopLogger, idle }: DirectEngineOptions = {}): Engine {
  assertPlatform();
  return {
    name: engineName,
    compile: async (bytes, options) =>
      new DirectComponent(
        await compileProgram(bytes, options),
        logger.with({ component: options.component }),
        idle,
      ),
  };
}
