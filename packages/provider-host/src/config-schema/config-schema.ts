/** Where a provider reads a key: its own config, that of a link whose source it is, that of a link whose target it is. */
export type ConfigSide = 'provider' | 'source' | 'target';

/** One setting of a provider, as strings in named configs. */
export interface ConfigKey {
  readonly name: string;
  /** Any key that begins so is this one, with what follows as a name of its own; `name` is for people then: `alias_NAME`. */
  readonly startsWith?: string;
  readonly sides: readonly ConfigSide[];
  /** Without it the provider does something that nobody may have meant; `undefined` where that can't harm. */
  readonly without?: string;
  /** Keys with which nothing is wrong {@link without} it. */
  readonly alternatives?: readonly string[];
  /** The key of the provider's own config that applies in its place; by default the one of the same name. */
  readonly providerName?: string;
  /** Known from wasmCloud, and without effect here. */
  readonly isIgnored?: boolean;
  /** Of the table in the provider's README; keys that share a row have the same. */
  readonly defaultText?: string;
  readonly description?: string;
}

/** The settings of one provider: what validation, the table of its README and the check of manifests go by. */
export interface ConfigSchema {
  /** As in references: `keyvalue-nats`. */
  readonly provider: string;
  readonly keys: readonly ConfigKey[];
  /** Whether keys may be written in any case. */
  readonly anyCase?: boolean;
  /** Keys that hold all settings; beside one of them, others do not count. */
  readonly documents?: readonly string[];
}

export function isKnownOn(key: ConfigKey, side: ConfigSide): boolean {
  return key.sides.includes(side);
}
