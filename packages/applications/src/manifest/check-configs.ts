import type { StringMap } from '@wasmlattice/control-interface';
import {
  type ConfigFinding,
  type ConfigFindings,
  type ConfigSchema,
  checkLinkConfig,
  checkProviderConfig,
  configSchemaOf,
} from '@wasmlattice/provider-host/config-schema';
import type { ConfigEntry, ManifestComponent, ManifestLink } from './manifest.js';
import type { NodeReader } from './node-reader.js';
import type { Places } from './places.js';

/** Checks the keys of a provider's own config, as far as the provider and the values are known. */
export function checkProviderKeys(component: ManifestComponent, places: Places): void {
  const schema = schemaOf(component);
  const config = valuesOf(component.config);
  if (schema === undefined || config === undefined) return;
  tell(checkProviderConfig(schema, config), () => component.config, places);
}

/** Checks the keys of the configs of a link one end of which is a provider that is known. */
export function checkLinkKeys(
  source: ManifestComponent,
  link: ManifestLink,
  target: ManifestComponent | undefined,
  places: Places,
): void {
  const configs = { source: valuesOf(link.sourceConfig), target: valuesOf(link.targetConfig) };
  for (const [side, provider] of [
    ['source', source],
    ['target', target],
  ] as const) {
    const schema = provider === undefined ? undefined : schemaOf(provider);
    if (provider === undefined || schema === undefined) continue;
    tell(
      checkLinkConfig(schema, side, configs, valuesOf(provider.config)),
      (finding) => (finding.side === 'source' ? link.sourceConfig : link.targetConfig),
      places,
    );
  }
}

function schemaOf({ kind, source }: ManifestComponent): ConfigSchema | undefined {
  return kind === 'capability' && source.kind === 'image' ? configSchemaOf(source.image) : undefined;
}

/** What is configured, a secret by its name; `undefined` when some of it is in the lattice only. */
function valuesOf(entries: readonly ConfigEntry[]): StringMap | undefined {
  const values: Record<string, string> = Object.create(null);
  for (const { isSecret, name, properties } of entries) {
    if (properties === undefined) return undefined;
    if (isSecret === true) values[name] = '';
    else Object.assign(values, properties);
  }
  return values;
}

/** @param entriesOf the configs among which the key of a finding is */
function tell(
  { refusals, warnings }: ConfigFindings,
  entriesOf: (finding: ConfigFinding) => readonly ConfigEntry[],
  places: Places,
): void {
  // A provider may know more secrets than those that stand for keys: one that is none of them is let be.
  const nodeOf = (finding: ConfigFinding): NodeReader | undefined => {
    const entry = entriesOf(finding).findLast(
      ({ isSecret, properties = {} }) => isSecret !== true && Object.hasOwn(properties, finding.key),
    );
    return entry && places.of(entry).get('properties').get(finding.key);
  };
  for (const refusal of refusals) nodeOf(refusal)?.keyProblem(refusal.message);
  for (const warning of warnings) nodeOf(warning)?.keyWarning(warning.message);
}
