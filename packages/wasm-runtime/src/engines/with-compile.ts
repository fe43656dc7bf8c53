import { decodeComponent } from '../formats/component/index.js';
import { readValidated, type Validation } from '../validation/index.js';
import type { Engine } from './engine.js';
import { listSuspending } from './suspending-imports.js';

/**
 * Adds what is the same for all engines: {@link Engine.validate}, which comes before everything else that is done with a component,
 * and {@link Engine.compile}.
 */
export function withCompile(engine: Omit<Engine, 'validate' | 'compile'>, validation: Validation): Engine {
  const validate: Engine['validate'] = (bytes, { component }) => validation.validate(bytes, component);
  const prepare: Engine['prepare'] = async (bytes, options) => {
    await validate(bytes, options);
    return await readValidated(options.component, () => engine.prepare(bytes, options));
  };
  return {
    ...engine,
    validate,
    prepare,
    async compile(bytes, options) {
      const { suspends, ...limits } = options;
      const { component } = options;
      await validate(bytes, options);
      const suspending = await readValidated(component, () =>
        listSuspending(decodeComponent(bytes), suspends),
      );
      const prepared = await readValidated(component, () => engine.prepare(bytes, { ...limits, suspending }));
      return engine.load(prepared, options);
    },
  };
}
