import type {
  CompiledComponent,
  ComponentInstance,
  ComponentTypes,
  HostImports,
  InstantiateOptions,
} from '@wasmlattice/wasm-runtime/engines';

/**
 * - `parked`: the code is not in this thread.
 * - `loading`: somebody waits for it.
 * - `loaded`: it is here.
 */
type State =
  | { readonly kind: 'parked' }
  | { readonly kind: 'loading'; readonly loaded: Promise<CompiledComponent> }
  | { readonly kind: 'loaded'; readonly compiled: CompiledComponent };

const parked: State = { kind: 'parked' };

/** A component whose code is loaded when it is first needed, and may go again when it is not. */
export class LazyComponent implements CompiledComponent {
  readonly types: ComponentTypes;
  readonly #load: () => Promise<CompiledComponent>;
  #state: State = parked;

  /** @param load gets the code; asked again after a failure, and after the component was parked */
  constructor(types: ComponentTypes, load: () => Promise<CompiledComponent>) {
    this.types = types;
    this.#load = load;
  }

  /** @throws what the engine throws, and what keeps the code from being loaded */
  async instantiate(imports: HostImports, options?: InstantiateOptions): Promise<ComponentInstance> {
    const state = this.#state;
    const compiled = state.kind === 'loaded' ? state.compiled : await this.#loaded();
    return await compiled.instantiate(imports, options);
  }

  takeIdle(imports: HostImports, options?: InstantiateOptions): ComponentInstance | undefined {
    return this.#state.kind === 'loaded' ? this.#state.compiled.takeIdle?.(imports, options) : undefined;
  }

  /** Lets go of the code. What was instantiated goes on with it. */
  park(): void {
    if (this.#state.kind === 'loaded') this.#state.compiled.dispose?.();
    this.#state = parked;
  }

  dispose(): void {
    this.park();
  }

  #loaded(): Promise<CompiledComponent> {
    if (this.#state.kind === 'loading') return this.#state.loaded;
    const state: State = {
      kind: 'loading',
      loaded: this.#load().then(
        (compiled) => {
          if (this.#state === state) this.#state = { kind: 'loaded', compiled };
          return compiled;
        },
        (error: unknown) => {
          if (this.#state === state) this.#state = parked;
          throw error;
        },
      ),
    };
    this.#state = state;
    return state.loaded;
  }
}
