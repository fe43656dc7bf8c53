import type { GenerateOptions, Transpiled } from '@bytecodealliance/jco-transpile/component';

/** What generates JavaScript: itself a component, made by jco. */
export interface LoadedGenerator {
  generate(component: Uint8Array, options: GenerateOptions): Transpiled;
}

/**
 * jco's generator, loaded when it is first needed: it has 3.5 MB, which a start from the cache does without. What panics within it leaves
 * its memory in a state that no later call can rely on, so the next one gets a generator of its own.
 */
export class Generator {
  readonly #load: (generation: number) => Promise<LoadedGenerator>;
  #loaded: Promise<LoadedGenerator> | undefined;
  /** How many were loaded. */
  #generation = 0;

  /** @param load gives another one for each number; by default jco's */
  constructor(load: (generation: number) => Promise<LoadedGenerator> = loadJco) {
    this.#load = load;
  }

  /** @throws what the generator throws: its word against the component has a `payload`, all else is a failure of its own */
  async generate(component: Uint8Array, options: GenerateOptions): Promise<Transpiled> {
    this.#loaded ??= this.#load(++this.#generation);
    const loading = this.#loaded;
    try {
      return (await loading).generate(component, options);
    } catch (error) {
      if (!isRefusal(error) && this.#loaded === loading) this.#loaded = undefined;
      throw error;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && Object.hasOwn(error, 'payload');
}

/** Node.js keeps a module for each address, and the file is the same whatever comes behind its name. */
async function loadJco(generation: number): Promise<LoadedGenerator> {
  const url = import.meta.resolve('@bytecodealliance/jco-transpile/component');
  const jco = (await import(`${url}?generation=${generation}`)) as LoadedGenerator & {
    readonly $init: Promise<void>;
  };
  await jco.$init;
  return jco;
}
