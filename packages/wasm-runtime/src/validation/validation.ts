import { join } from 'node:path';
import {
  type ComponentValidator,
  createComponentValidator,
  validatorIdentity,
} from '@wasmlattice/component-validator';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { UnsupportedComponentError } from '../engines/direct/unsupported-component-error.js';
import { CompileError, describeCause } from '../errors.js';
import { assertComponent } from '../formats/component/detect-binary.js';
import { InvalidComponentError } from '../formats/component/errors.js';
import { sha256 } from '../sha256.js';
import { refusalOf } from './refusal.js';
import { VerdictCache } from './verdict-cache.js';

export interface ValidationOptions {
  /** The cache folder of the engine; verdicts are in a folder of their own there. */
  readonly cacheDir?: string | undefined;
  readonly logger?: Logger | undefined;
  /** By default one for all that is validated in this thread. */
  readonly validator?: Pick<ComponentValidator, 'validate'>;
}

/** What stands between the bytes of a component and everything that reads them. */
export interface Validation {
  /**
   * @param bytes not copied when they are in shared memory
   * @throws InvalidComponentError for what is no valid component
   * @throws UnsupportedComponentError for a valid one that uses a feature that is off
   * @throws ComponentLimitError for one that is made of more than it may be, or too costly to validate
   * @throws CompileError when the validator breaks
   */
  validate(bytes: Uint8Array, options: ValidateComponentOptions): Promise<void>;
}

export interface ValidateComponentOptions {
  /** Names the component in errors. */
  readonly component: string;
  /** SHA-256 of the bytes, hexadecimal, where it is known. */
  readonly contentHash?: string;
  /** Called when a thread works on the verdict; never for one that is known already. */
  readonly onBegun?: () => void;
}

/** Validates each content once, as long as its verdict is remembered. */
export function createValidation(options: ValidationOptions = {}): Validation {
  return new CachedValidation(options);
}

let shared: ComponentValidator | undefined;

class CachedValidation implements Validation {
  readonly #options: ValidationOptions;
  #cache: Promise<VerdictCache> | undefined;

  constructor(options: ValidationOptions) {
    this.#options = options;
  }

  async validate(
    bytes: Uint8Array,
    { component, contentHash = sha256(bytes), onBegun }: ValidateComponentOptions,
  ): Promise<void> {
    assertComponent(bytes);
    this.#cache ??= this.#openCache();
    const cache = await this.#cache;
    const key = cache.keyOf(contentHash);
    let verdict = await cache.load(key);
    if (verdict === undefined) {
      shared ??= createComponentValidator();
      const { validator = shared } = this.#options;
      try {
        verdict = await validator.validate(bytes, onBegun === undefined ? {} : { onBegun });
      } catch (error) {
        throw new CompileError(component, 'validation', error);
      }
      // A verdict on what validation took may be another one on another machine.
      if (verdict.kind !== 'exhausted') await cache.store(key, verdict);
    }
    const refusal = refusalOf(verdict, component);
    if (refusal !== undefined) throw refusal;
  }

  async #openCache(): Promise<VerdictCache> {
    const { cacheDir, logger = noopLogger } = this.#options;
    const folder = cacheDir === undefined ? undefined : join(cacheDir, 'verdicts');
    return new VerdictCache({ folder, validator: await validatorIdentity(), logger });
  }
}

/**
 * Reads a component that was validated: what our own reader does not know is no mistake of the component then.
 *
 * @throws UnsupportedComponentError in place of an InvalidComponentError
 */
export async function readValidated<T>(component: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InvalidComponentError)) throw error;
    throw new UnsupportedComponentError(
      component,
      `it is valid, but this host can't read it: ${describeCause(error)}`,
    );
  }
}
