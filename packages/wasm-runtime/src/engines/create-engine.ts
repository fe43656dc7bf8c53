import { createDirectEngine, type DirectEngineOptions } from './direct/index.js';
import type { Engine } from './engine.js';
import { createJcoEngine, type JcoEngineOptions } from './jco/index.js';

/**
 * `direct` runs any component. `trusted-jco` is engine `jco` by the word of whoever trusts all components that it is given: its generator and
 * the code that it makes are not for others, which may get hold of the process through them.
 */
export type EngineChoice = 'direct' | 'trusted-jco';

export interface EngineOptions extends DirectEngineOptions, JcoEngineOptions {
  /** By default `direct`. */
  readonly choice?: EngineChoice;
}

/**
 * The engine to run components with.
 *
 * @throws UnsupportedPlatformError before Node.js 26
 */
export function createEngine({ choice = 'direct', ...options }: EngineOptions = {}): Engine {
  switch (choice) {
    case 'direct':
      return createDirectEngine(options);
    case 'trusted-jco':
      return createJcoEngine(options);
  }
}
