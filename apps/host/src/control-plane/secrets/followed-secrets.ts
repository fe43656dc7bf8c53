import type { BackendChange, Secret, SecretReference } from '@wasmlattice/secrets';
import type { Logger } from '@wasmlattice/telemetry';
import type { FetchedSecret } from './secret-fetcher.js';
import { SecretsError } from './secrets-error.js';

/** Secrets by the name that their references give them. */
export type ResolvedSecrets = ReadonlyMap<string, Secret>;

/** A list of secrets that follows its references and its backends. */
export interface FollowedSecrets {
  /**
   * Another map when a value is another, and the same one otherwise.
   *
   * @throws SecretsError that says why there are none
   */
  current(): ResolvedSecrets;
  close(): void;
}

/** No names, no secrets. */
export const noSecrets: FollowedSecrets = { current: () => new Map(), close() {} };

/**
 * Secrets as they were fetched last. They are fetched one time after the other, and again when that was asked for meanwhile. When they
 * can't be had any more, what is there stays: a backend that is down must not take its workloads along.
 */
export class LiveSecrets implements FollowedSecrets {
  readonly #fetch: () => Promise<readonly FetchedSecret[]>;
  readonly #onChange: () => void;
  readonly #onClose: () => void;
  readonly #logger: Logger;
  #references: readonly SecretReference[] = [];
  #values: ResolvedSecrets | undefined;
  #failure: SecretsError | undefined;
  #running: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;

  constructor(options: {
    readonly fetch: () => Promise<readonly FetchedSecret[]>;
    /** Told when a value is another, or there was none before; not of the first time. */
    readonly onChange: () => void;
    readonly onClose: () => void;
    readonly logger: Logger;
  }) {
    this.#fetch = options.fetch;
    this.#onChange = options.onChange;
    this.#onClose = options.onClose;
    this.#logger = options.logger;
  }

  current(): ResolvedSecrets {
    if (this.#values !== undefined) return this.#values;
    throw this.#failure ?? new SecretsError(new Error('they were not fetched yet'));
  }

  /** Fetches them for the first time; whether that worked tells {@link current}. */
  async begin(): Promise<void> {
    await this.#take({ isFirst: true });
    if (this.#isStale) this.refresh();
  }

  /** Fetches them again, now or once the fetching under way has ended. */
  refresh(): void {
    this.#isStale = true;
    if (this.#running !== undefined || this.#isClosed) return;
    this.#running = this.#untilFresh().finally(() => {
      this.#running = undefined;
    });
  }

  /** Whether a change in a backend may be one of these. A version that is named stays what it is. */
  concerns({ backend, key }: BackendChange): boolean {
    if (this.#values === undefined) return true;
    return this.#references.some(
      (each) => each.backend === backend && each.version === undefined && (key ?? each.key) === each.key,
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }

  async #untilFresh(): Promise<void> {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      await this.#take({ isFirst: false });
    }
  }

  async #take({ isFirst }: { readonly isFirst: boolean }): Promise<void> {
    let fetched: readonly FetchedSecret[];
    try {
      fetched = await this.#fetch();
    } catch (cause) {
      this.#failed(new SecretsError(cause), isFirst);
      return;
    }
    if (this.#isClosed) return;
    this.#failure = undefined;
    this.#references = fetched.map(({ reference }) => reference);
    const values = new Map(fetched.map(({ reference, secret }) => [reference.name, secret]));
    if (this.#values !== undefined && isSame(this.#values, values)) return;
    this.#values = values;
    if (!isFirst) this.#onChange();
  }

  #failed(failure: SecretsError, isFirst: boolean): void {
    this.#failure = failure;
    if (isFirst || this.#isClosed) return;
    this.#logger.warn(
      this.#values === undefined
        ? 'secrets can still not be had'
        : 'secrets could not be fetched again: what is there stays in use',
      { error: failure },
    );
  }
}

function isSame(a: ResolvedSecrets, b: ResolvedSecrets): boolean {
  return a.size === b.size && [...a].every(([name, secret]) => b.get(name)?.equals(secret) === true);
}
