import { causeChain } from '@wasmlattice/events';
import type { RunningProvider } from '@wasmlattice/provider-host';
import type { SecretMap } from '@wasmlattice/provider-host/protocol';
import type { ConfigStore } from '../lattice-store/config-store.js';
import type { ResolvedSecrets } from '../secrets/followed-secrets.js';
import { revealToProvider } from '../secrets/reveal.js';
import type { SecretOwner } from '../secrets/secret-fetcher.js';
import type { SecretResolver } from '../secrets/secret-resolver.js';
import { followWorkload, type WorkloadValues } from '../secrets/workload-values.js';
import { type OnConfigChange, onConfigChangeKey, onConfigChangeOf } from './on-config-change.js';

/** What a provider has of its own, beside its links. */
type Kind = 'config' | 'secrets';

export interface ProviderValuesOptions {
  readonly configs: Pick<ConfigStore, 'bundle'>;
  readonly secrets: Pick<SecretResolver, 'bundle'>;
  /** Seals for the provider alone. */
  readonly seal: (secrets: ResolvedSecrets) => Uint8Array;
  /** A value is another one than the provider was last told. */
  readonly onChange: () => void;
}

/** Config and secrets of one provider, and what it was told of them. Several changes may be told as one. */
export class ProviderValues {
  readonly #options: ProviderValuesOptions;
  readonly #stale = new Set<Kind>();
  /** Why the provider does not take them. */
  readonly #refusals = new Map<Kind, string>();
  #values: WorkloadValues | undefined;
  #isClosed = false;

  constructor(options: ProviderValuesOptions) {
    this.#options = options;
  }

  /**
   * Follows the values of these names instead of those before, which stay when it fails.
   *
   * @throws ConfigStoreError, SecretsError
   */
  async follow(names: readonly string[], owner: SecretOwner): Promise<void> {
    const before = this.#values;
    const changed = (kind: Kind): void => {
      this.#stale.add(kind);
      this.#options.onChange();
    };
    const values = await followWorkload(names, owner, this.#options, {
      config: () => changed('config'),
      secrets: () => changed('secrets'),
    });
    if (this.#isClosed) values.close();
    this.#values = values;
    before?.close();
    if (before === undefined) return;
    this.#stale.add('config');
    if (before.secrets().size + values.secrets().size > 0) this.#stale.add('secrets');
  }

  /** The config of this moment, for the provider to be told of. */
  config(): Readonly<Record<string, string>> {
    this.#stale.delete('config');
    const { [onConfigChangeKey]: _, ...config } = Object.fromEntries(this.#values?.config() ?? []);
    return config;
  }

  /** What its annotations and its config say is to be done when either kind changes. @throws OnConfigChangeError */
  onChange(annotations: Readonly<Record<string, string>>): OnConfigChange {
    return onConfigChangeOf(annotations, Object.fromEntries(this.#values?.config() ?? []));
  }

  /** Whether something is another than the provider was last told. */
  get isStale(): boolean {
    return this.#stale.size > 0;
  }

  /** What is another now it is not to be told of. */
  forgetChanges(): void {
    this.#stale.clear();
  }

  /** The secrets of this moment, for the provider to be told of. */
  secrets(): SecretMap {
    return revealToProvider(this.#secrets());
  }

  /** Why the provider does not take what it is told, if it does not. */
  get refusal(): string | undefined {
    return this.#refusals.values().next().value;
  }

  /** A provider that starts again is told everything. */
  forgetRefusals(): void {
    this.#refusals.clear();
  }

  /**
   * @returns whether the provider was told of anything
   * @throws what the provider says
   */
  async tell(provider: RunningProvider): Promise<boolean> {
    const stale = [...this.#stale];
    for (const kind of stale) await this.#tell(kind, provider);
    return stale.length > 0;
  }

  /** Safe to call twice. */
  close(): void {
    this.#isClosed = true;
    this.#values?.close();
  }

  async #tell(kind: Kind, provider: RunningProvider): Promise<void> {
    try {
      if (kind === 'config') await provider.updateConfig(this.config());
      else await provider.updateSecrets(this.#options.seal(this.#secrets()));
      this.#refusals.delete(kind);
    } catch (error) {
      this.#refusals.set(kind, `it does not take its ${kind}: ${causeChain(error)}`);
      throw error;
    }
  }

  #secrets(): ResolvedSecrets {
    this.#stale.delete('secrets');
    return this.#values?.secrets() ?? new Map();
  }
}
