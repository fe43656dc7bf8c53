import { afterAll } from 'vitest';
import { createPreparer } from '../../preparer/preparer.js';
import type { EngineChoice } from '../create-engine.js';
import type { Engine } from '../engine.js';
import { type EngineCore, withCompile } from '../with-compile.js';

/** The engine with all that it runs prepared in another thread, and loaded in this one. */
export function preparedElsewhere(engine: Engine, choice: EngineChoice): Engine {
  const preparer = createPreparer({ engine: { choice } });
  afterAll(() => preparer.close());
  const elsewhere: EngineCore = {
    name: `${engine.name}, prepared in another thread`,
    prepare: (bytes, options) => preparer.prepare(bytes, options),
    load: (prepared, options) => engine.load(prepared, options),
  };
  return withCompile(elsewhere, engine);
}
