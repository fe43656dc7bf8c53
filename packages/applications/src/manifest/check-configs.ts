import type { StringMap } from '@wasmlattice/control-interface';
import {
  type ConfigFindings,
  type ConfigSchema,
  checkLinkConfig,
  checkProviderConfig,
  configSchemaOf,
} from '@wasmlattice/provider-host/config-schema';
import type { ConfigEntry, ManifestComponent, ManifestLink } from './manifest.js';
import type { NodeReader } from './node-reader.js';

/** Checks the keys of a provider's own config, as far as the provider and the values are known. */
export function checkProviderKeys(component: ManifestComponent, node: NodeReader): void {
  const schema = schemaOf(component);
  const config = valuesOf(component.config);
  if (schema !== undefined && config !== undefined) tell(checkProviderConfig(schema, config), node);
}

/** Checks the keys of the configs of a link one end of which is a provider that is known. */
export function checkLinkKeys(
  source: ManifestComponent,
  link: ManifestLink,
  target: ManifestComponent | undefined,
  node: NodeReader,
): void {
  const configs = { source: valuesOf(link.sourceConfig), target: valuesOf(link.targetConfig) };
  for (const [side, provider] of [
    ['source', source],
    ['target', target],
  ] as const) {
    const schema = provider === undefined ? undefined : schemaOf(provider);
    if (provider === undefined || schema === undefined) continue;
    tell(checkLinkConfig(schema, side, configs, valuesOf(provider.config)), node);
  }
}

function schemaOf({ kind, source }: ManifestComponent): ConfigSchema | undefined {
  return kind === 'capability' && source.kind === 'image' ? configSchemaOf(source.image) : undefined;
}

/** `undefined` when some of them are in the lattice only. */
function valuesOf(entries: readonly ConfigEntry[]): StringMap | undefined {
  if (entries.some(({ properties }) => properties === undefined)) return undefined;
  return Object.assign(Object.create(null), ...entries.map(({ properties }) => properties)) as StringMap;
}

function tell({ refusals, warnings }: ConfigFindings, node: NodeReader): void {
  for (const refusal of refusals) node.problem(refusal);
  for (const warning of warnings) node.warning(warning);
}
