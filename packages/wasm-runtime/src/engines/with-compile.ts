import { decodeComponent } from '../formats/component/index.js';
import { readValidated, type Validation } from '../validation/index.js';
import type { Engine, PreparedComponent, PrepareOptions } from './engine.js';
import { listSuspending } from './suspending-imports.js';

export interface WithCompileOptions {
  /**
   * Whether the engine prepares what has no verdict yet, while the validator's thread works on it: only what that finds valid comes out.
   * For engines that bound by themselves what they do with any bytes.
   */
  readonly preparesMeanwhile?: boolean;
}

/** What an engine does with bytes that it may read, none of them in shared memory. */
export interface EngineCore extends Omit<Engine, 'validate' | 'prepare' | 'compile'> {
  prepare(bytes: Uint8Array, options: PrepareOptions): Promise<PreparedComponent>;
}

/**
 * Adds what is the same for all engines: {@link Engine.validate}, without which nothing is done with a component,
 * and {@link Engine.compile}.
 */
export function withCompile(
  engine: EngineCore,
  validation: Validation,
  { preparesMeanwhile = false }: WithCompileOptions = {},
): Engine {
  const validate: Engine['validate'] = (bytes, options) => validation.validate(bytes, options);
  const prepare: Engine['prepare'] = async (bytes, options, link) => {
    const work = (): Promise<PreparedComponent> =>
      readValidated(options.component, () => {
        const own = bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
        return engine.prepare(own, link === undefined ? options : { ...options, suspending: link(own) });
      });
    if (preparesMeanwhile) return await besideValidation(validation, bytes, options, work);
    await validate(bytes, options);
    return await work();
  };
  return {
    ...engine,
    validate,
    prepare,
    async compile(bytes, options) {
      const { suspends, ...limits } = options;
      const prepared = await prepare(bytes, limits, (own) => listSuspending(decodeComponent(own), suspends));
      return engine.load(prepared, options);
    },
  };
}

/** Works from the moment when the validator's thread has the component. A refusal counts before whatever became of the work. */
async function besideValidation<T>(
  validation: Validation,
  bytes: Uint8Array,
  options: PrepareOptions,
  work: () => Promise<T>,
): Promise<T> {
  const begun = Promise.withResolvers<void>();
  const validated = validation.validate(bytes, { ...options, onBegun: begun.resolve });
  await Promise.race([validated, begun.promise]);
  const worked = work();
  // Nobody asks for it where the component is refused.
  worked.catch(() => {});
  await validated;
  return await worked;
}
