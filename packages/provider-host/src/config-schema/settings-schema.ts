import type { ConfigKey, ConfigSchema } from './config-schema.js';
import type { Setting } from './setting.js';

/** The settings of a provider with their types: `Values` has a member for each key, by its name in configs. */
export interface SettingsSchema<Values> extends ConfigSchema {
  readonly settings: SettingsOf<Values>;
}

export type SettingsOf<Values> = { readonly [Name in keyof Values]: Setting<Values[Name]> };

/** What is given to {@link defineSettings}. */
export interface SettingsDefinition<Values> extends Omit<ConfigSchema, 'keys'> {
  readonly settings: SettingsOf<Values>;
  /** Keys that are not read: those without effect, or with one that only the provider knows. */
  readonly otherKeys?: readonly ConfigKey[];
}

/**
 * The settings of a provider, from which its configs are checked and read, its README has its table, and manifests are checked.
 *
 * ```ts
 * const settings = defineSettings({
 *   provider: 'greeter',
 *   settings: { greeting: text({ default: 'Hello' }), times: wholeNumber({ least: 1, most: 10, default: 1 }) },
 * });
 * ```
 */
export function defineSettings<Values>(definition: SettingsDefinition<Values>): SettingsSchema<Values> {
  const { settings, otherKeys = [], ...schema } = definition;
  const named = Object.entries<ConfigKeyWithoutName>(settings).map(([name, key]) => ({ ...key, name }));
  return { ...schema, settings, keys: [...named, ...otherKeys] };
}

type ConfigKeyWithoutName = Omit<ConfigKey, 'name'>;
