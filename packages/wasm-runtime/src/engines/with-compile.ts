import { decodeComponent } from '../formats/component/index.js';
import type { Engine } from './engine.js';
import { listSuspending } from './suspending-imports.js';

/** Adds {@link Engine.compile}, which is the same for all engines. */
export function withCompile(engine: Omit<Engine, 'compile'>): Engine {
  return {
    ...engine,
    async compile(bytes, options) {
      const { suspends, ...limits } = options;
      const suspending = listSuspending(decodeComponent(bytes), suspends);
      return engine.load(await engine.prepare(bytes, { ...limits, suspending }), options);
    },
  };
}
