import { type ConfigLayer, secretText } from './config-layer.js';
import { type ConfigSide, isKnownOn } from './config-schema.js';
import { InvalidValueError, type Setting } from './setting.js';
import type { SettingsSchema } from './settings-schema.js';

/** A config that can't be used; the message names each key that is missing or wrong, and what to give. No secret is in it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Where the values come from; the link's come before the provider's, and secrets before configs. */
export interface SettingsLayers {
  /** Which of the provider's configs: that of a link by its side, or the provider's own. */
  readonly side: ConfigSide;
  /** Of the link; absent for the side `provider`. */
  readonly link?: ConfigLayer;
  readonly provider: ConfigLayer;
}

/**
 * Reads all settings that the schema has on a side. Those of other sides have their fallbacks, `undefined` if they are required there.
 *
 * @throws SettingsError
 */
export function readSettings<Values>(schema: SettingsSchema<Values>, layers: SettingsLayers): Values {
  const reader = new SettingsReader(schema, layers);
  const entries = Object.entries<Setting<unknown>>(schema.settings).map(([name, setting]) => [
    name,
    reader.read(name, setting),
  ]);
  reader.finish();
  return Object.fromEntries(entries) as Values;
}

/** A value as it is written, and where. */
interface Given {
  readonly text: string;
  readonly isShown: boolean;
}

/** Reads one setting after the other, and keeps what is wrong. */
class SettingsReader {
  readonly #isAnyCase: boolean;
  readonly #layers: SettingsLayers;
  readonly #isBareLink: boolean;
  readonly #missing: string[] = [];
  readonly #wrong: string[] = [];
  #hasMissingSecret = false;

  constructor({ anyCase }: SettingsSchema<unknown>, layers: SettingsLayers) {
    this.#isAnyCase = anyCase === true;
    this.#layers = layers;
    this.#isBareLink = layers.link === undefined || Object.keys(layers.link.config).length === 0;
  }

  read(name: string, setting: Setting<unknown>): unknown {
    if (setting.startsWith !== undefined) return this.#family(setting.startsWith);
    const given = this.#find(name, setting);
    if (given !== undefined) return this.#parse(name, setting, given);
    if (setting.fallback.tag === 'value') return setting.fallback.value;
    if (isKnownOn({ ...setting, name }, this.#layers.side)) {
      this.#missing.push(name);
      this.#hasMissingSecret ||= setting.secret !== 'no';
    }
    return undefined;
  }

  /** @throws SettingsError if anything was wrong */
  finish(): void {
    const missing = this.#missing.length === 0 ? [] : [this.#missingText()];
    const all = [...missing, ...this.#wrong];
    if (all.length > 0) throw new SettingsError(all.join('; '));
  }

  #missingText(): string {
    const [is, it] = this.#missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const { side } = this.#layers;
    const owner = side === 'provider' ? 'the provider' : 'the link';
    const config = side === 'provider' ? 'the config' : `the ${side} config`;
    const place = this.#hasMissingSecret ? `${config} or the secrets of ${owner}` : `${config} of ${owner}`;
    return `${this.#missing.join(', ')} ${is} missing: put ${it} into ${place}`;
  }

  /** Values by what follows the prefix; those of the link come before those of the provider. */
  #family(prefix: string): Readonly<Record<string, string>> {
    const { provider, link } = this.#layers;
    const given = [provider, link].flatMap((layer) => Object.entries(layer?.config ?? {}));
    const own = given.filter(
      ([key, value]) => key.startsWith(prefix) && key !== prefix && value.trim() !== '',
    );
    return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value.trim()]));
  }

  #find(name: string, setting: Setting<unknown>): Given | undefined {
    const { side, link, provider } = this.#layers;
    const key = { ...setting, name };
    const own = link !== undefined && isKnownOn(key, side) ? this.#lookUp(link, name, setting) : undefined;
    if (own !== undefined) return own;
    if (setting.inheritedBy === 'bare-links' && !this.#isBareLink) return undefined;
    const inherited = setting.providerName ?? (isKnownOn(key, 'provider') ? name : undefined);
    return inherited === undefined ? undefined : this.#lookUp(provider, inherited, setting);
  }

  #lookUp(
    { config, secrets }: ConfigLayer,
    name: string,
    { secret: secrecy }: Setting<unknown>,
  ): Given | undefined {
    const secret = secrecy !== 'no' ? secretText(this.#member(secrets, name)) : undefined;
    if (secret !== undefined && secret !== '') return { text: secret, isShown: false };
    const text = this.#member<string>(config, name);
    // Spaces of a password may be part of it.
    const trimmed = secrecy === 'advised' ? text : text?.trim();
    return trimmed === undefined || trimmed === ''
      ? undefined
      : { text: trimmed, isShown: secrecy !== 'advised' };
  }

  #member<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
    if (Object.hasOwn(values, name)) return values[name];
    if (!this.#isAnyCase) return undefined;
    const lower = name.toLowerCase();
    const found = Object.keys(values).find((key) => key.toLowerCase() === lower);
    return found === undefined ? undefined : values[found];
  }

  #parse(name: string, setting: Setting<unknown>, { text, isShown }: Given): unknown {
    try {
      return setting.read(text);
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const value = isShown ? `is ${JSON.stringify(text)}` : 'can not be used';
      this.#wrong.push(`${name} ${value}: ${error.message}`);
      return undefined;
    }
  }
}
