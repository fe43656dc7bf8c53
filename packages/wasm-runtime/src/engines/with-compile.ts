import { decodeComponent } from '../formats/component/index.js';
import { readValidated, type Validation } from '../validation/index.js';
import type { Engine } from './engine.js';
import { listSuspending } from './suspending-imports.js';

export interface WithCompileOptions {
  /**
   * Whether the engine prepares what has no verdict yet, while the validator's thread works on it: only what that finds valid comes out.
   * For engines that bound by themselves what they do with any bytes.
   */
  readonly preparesMeanwhile?: boolean;
}

/**
 * Adds what is the same for all engines: {@link Engine.validate}, without which nothing is done with a component,
 * and {@link Engine.compile}.
 */
export function withCompile(
  engine: Omit<Engine, 'validate' | 'compile'>,
  validation: Validation,
  { preparesMeanwhile = false }: WithCompileOptions = {},
): Engine {
  const validate: Engine['validate'] = (bytes, { component }) => validation.validate(bytes, component);
  const prepare: Engine['prepare'] = async (bytes, options) => {
    const { component } = options;
    const work = (): ReturnType<Engine['prepare']> =>
      readValidated(component, () => engine.prepare(bytes, options));
    if (preparesMeanwhile) return await besideValidation(validation, bytes, component, work);
    await validate(bytes, options);
    return await work();
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

/** Works from the moment when the validator's thread has the component. A refusal counts before whatever became of the work. */
async function besideValidation<T>(
  validation: Validation,
  bytes: Uint8Array,
  component: string,
  work: () => Promise<T>,
): Promise<T> {
  const begun = Promise.withResolvers<void>();
  const validated = validation.validate(bytes, component, begun.resolve);
  await Promise.race([validated, begun.promise]);
  const worked = work();
  // Nobody asks for it where the component is refused.
  worked.catch(() => {});
  await validated;
  return await worked;
}
