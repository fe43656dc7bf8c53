import type { StringMap } from '@wasmlattice/control-interface/types';
import { closestWord } from './closest-word.js';
import { type ConfigKey, type ConfigSchema, type ConfigSide, isKnownOn } from './config-schema.js';

/** What is odd about one key of a config. */
export interface ConfigFinding {
  /** As it is written. */
  readonly key: string;
  /** Whose config has it. */
  readonly side: ConfigSide;
  /** A sentence without its end that names the key and says where it belongs. */
  readonly message: string;
}

/** What is odd about the keys of a config. */
export interface ConfigFindings {
  /** Keys because of which the config can't be meant so. */
  readonly refusals: readonly ConfigFinding[];
  /** Keys without effect that do no harm. */
  readonly warnings: readonly ConfigFinding[];
}

/** The configs of a link; `undefined` where they are not known. */
export interface LinkConfigs {
  readonly source: StringMap | undefined;
  readonly target: StringMap | undefined;
}

/** Checks a provider's own config. */
export function checkProviderConfig(schema: ConfigSchema, config: StringMap): ConfigFindings {
  return checkKeys(schema, 'provider', config, {});
}

/**
 * Checks the configs of a link one end of which is the provider; `side` says which. Keys that a component's end has are for nobody: those
 * that the provider would know on its own end are refused.
 *
 * @param provider the provider's own config, which applies where the link says nothing; `undefined` where it is not known
 */
export function checkLinkConfig(
  schema: ConfigSchema,
  side: 'source' | 'target',
  configs: LinkConfigs,
  provider: StringMap | undefined = {},
): ConfigFindings {
  const own = checkKeys(schema, side, configs[side], provider);
  const other = side === 'source' ? 'target' : 'source';
  const given = namesIn(schema, configs[side]);
  const stray = Object.keys(configs[other] ?? {}).flatMap((text) => {
    const key = findKey(schema, text, (each) => isKnownOn(each, side));
    if (key === undefined) return [];
    const message = `${quoted(text)} is in the ${other} config of the link, which is the component's: put it into the ${side} config`;
    const finding: ConfigFinding = { key: text, side: other, message };
    return [{ finding, isHarmless: key.isIgnored === true || given?.has(key.name) === true }];
  });
  const unheard = Object.keys(configs[other] ?? {}).flatMap((text): ConfigFinding[] => {
    if (findKey(schema, text, (each) => isKnownOn(each, side)) !== undefined) return [];
    const meant = suggestion(schema, side, text, given);
    if (meant === undefined) return [];
    const message = `${quoted(text)} is in the ${other} config of the link, which is the component's: put ${quoted(meant)} into the ${side} config`;
    return [{ key: text, side: other, message }];
  });
  return {
    refusals: [
      ...own.refusals,
      ...stray.filter(({ isHarmless }) => !isHarmless).map(({ finding }) => finding),
      ...unheard,
    ],
    warnings: [
      ...own.warnings,
      ...stray.filter(({ isHarmless }) => isHarmless).map(({ finding }) => finding),
    ],
  };
}

function checkKeys(
  schema: ConfigSchema,
  side: ConfigSide,
  config: StringMap | undefined,
  provider: StringMap | undefined,
): ConfigFindings {
  const refusals: ConfigFinding[] = [];
  const warnings: ConfigFinding[] = [];
  const given = namesIn(schema, config);
  if (config === undefined || given === undefined) return { refusals, warnings };
  if (schema.documents?.some((each) => given.has(each)) === true) return { refusals, warnings };
  const missing = schema.keys.filter(
    (key) =>
      key.without !== undefined &&
      isKnownOn(key, side) &&
      ![key.name, ...(key.alternatives ?? [])].some((name) => given.has(name)) &&
      provider !== undefined &&
      !isGivenByProvider(schema, key, provider),
  );
  for (const text of Object.keys(config)) {
    const refuse = (message: string): void => {
      refusals.push({ key: text, side, message });
    };
    const warn = (message: string): void => {
      warnings.push({ key: text, side, message });
    };
    const key = findKey(schema, text, () => true);
    if (key !== undefined && isKnownOn(key, side)) {
      if (key.isIgnored === true) warn(`${quoted(text)} is known from wasmCloud and has no effect here`);
    } else if (key !== undefined) {
      refuse(`${quoted(text)} has no effect in ${placeOf(side)}: put it into ${placesOf(key)}`);
    } else {
      const meant = suggestion(schema, side, text, given);
      const elsewhere = meant === undefined ? closestElsewhere(schema, side, text) : undefined;
      const [risk] = missing;
      if (meant !== undefined) {
        refuse(`${quoted(text)} is not a key of ${schema.provider}: did you mean ${quoted(meant)}?`);
      } else if (elsewhere !== undefined) {
        refuse(
          `${quoted(text)} is not a key of ${schema.provider}: ${quoted(elsewhere.name)} is, in ${placesOf(elsewhere)}`,
        );
      } else if (risk !== undefined) {
        refuse(
          `${quoted(text)} is not a key of ${schema.provider}, and without ${quoted(risk.name)} ${risk.without}: give ${quoted(risk.name)} or take ${quoted(text)} away`,
        );
      } else warn(`${quoted(text)} is not a key of ${schema.provider} and has no effect`);
    }
  }
  return { refusals, warnings };
}

/** A key of a link applies with the provider's value where the link gives none, if the provider has the key, too. */
function isGivenByProvider(schema: ConfigSchema, key: ConfigKey, provider: StringMap): boolean {
  const name = key.providerName ?? (isKnownOn(key, 'provider') ? key.name : undefined);
  return name !== undefined && namesIn(schema, provider)?.has(name) === true;
}

/** The known key that a text most likely means; those that are given already are not meant. */
function suggestion(
  schema: ConfigSchema,
  side: ConfigSide,
  text: string,
  given: ReadonlySet<string> | undefined,
): string | undefined {
  const candidates = schema.keys.filter(
    (key) => isKnownOn(key, side) && key.isIgnored !== true && given?.has(key.name) !== true,
  );
  return closestWord(
    text,
    candidates.map(({ name }) => name),
  );
}

/** The key of another place that a text most likely means. */
function closestElsewhere(schema: ConfigSchema, side: ConfigSide, text: string): ConfigKey | undefined {
  const keys = schema.keys.filter((key) => !isKnownOn(key, side) && key.isIgnored !== true);
  const name = closestWord(
    text,
    keys.map((key) => key.name),
  );
  return keys.find((key) => key.name === name);
}

function findKey(
  schema: ConfigSchema,
  text: string,
  matches: (key: ConfigKey) => boolean,
): ConfigKey | undefined {
  return schema.keys.find((key) => isSpelled(schema, key, text) && matches(key));
}

function namesIn(schema: ConfigSchema, config: StringMap | undefined): ReadonlySet<string> | undefined {
  if (config === undefined) return undefined;
  return new Set(Object.keys(config).flatMap((text) => findKey(schema, text, () => true)?.name ?? []));
}

function isSpelled({ anyCase }: ConfigSchema, { name, startsWith }: ConfigKey, text: string): boolean {
  if (startsWith !== undefined) return text.startsWith(startsWith) && text !== startsWith;
  return name === text || (anyCase === true && name.toLowerCase() === text.toLowerCase());
}

const places: Readonly<Record<ConfigSide, string>> = {
  provider: "the provider's own config",
  source: 'the source config of a link from the provider to a component',
  target: 'the target config of a link from a component to the provider',
};

function placeOf(side: ConfigSide): string {
  return places[side];
}

function placesOf({ sides }: ConfigKey): string {
  return sides.map(placeOf).join(' or ');
}

function quoted(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return JSON.stringify(shown);
}
