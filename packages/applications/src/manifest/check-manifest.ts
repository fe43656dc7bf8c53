import { isComponentId, isConfigName } from '@wasmlattice/control-interface';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { checkLinkKeys, checkProviderKeys } from './check-configs.js';
import { componentId, configName } from './identifiers.js';
import type { ConfigEntry, Manifest, ManifestComponent, ManifestLink } from './manifest.js';
import type { NodeReader } from './node-reader.js';
import type { Places } from './places.js';

/** Rules that concern several parts of a manifest. */
export function checkManifest(manifest: Manifest, root: NodeReader, places: Places): void {
  const nodes = root.get('spec').get('components').items();
  const byName = new Map<string, ManifestComponent>();
  const ids = new Map<string, string>();
  const configs = new Map<string, string>();
  for (const [index, component] of manifest.components.entries()) {
    const node = nodes[index] ?? root;
    const { name } = component;
    if (byName.has(name)) node.get('name').problem(`there is another component named \`${name}\``);
    byName.set(name, component);
    checkId(manifest, component, node, ids);
    checkConfig(manifest, component.config, places, configs);
    checkProviderKeys(component, places);
  }
  for (const [index, component] of manifest.components.entries()) {
    const traits = nodes[index]?.get('traits') ?? root;
    const seen = new Set<string>();
    for (const link of component.links) {
      const properties = places.of(link);
      checkLink(component, link, byName, seen, properties);
      checkConfigsAgree(component, link, properties);
      checkLinkKeys(component, link, byName.get(link.target), places);
      checkConfig(manifest, [...link.sourceConfig, ...link.targetConfig], places, configs);
    }
    if (
      component.kind === 'component' &&
      component.source.kind === 'image' &&
      component.scalers.length === 0
    ) {
      traits.warning(`\`${component.name}\` has no spreadscaler or daemonscaler and is not started`);
    }
  }
}

function checkId(
  manifest: Manifest,
  component: ManifestComponent,
  node: NodeReader,
  ids: Map<string, string>,
): void {
  const id = componentId(manifest.name, component);
  const place = component.id === undefined ? node.get('name') : node.get('properties').get('id');
  if (!isComponentId(id)) {
    place.problem(`\`${id}\` cannot be an id: use letters, digits, \`-\` and \`_\``);
  }
  const other = ids.get(id);
  if (other !== undefined) place.problem(`\`${other}\` has the same id \`${id}\``);
  ids.set(id, component.name);
}

function checkConfig(
  manifest: Manifest,
  entries: readonly ConfigEntry[],
  places: Places,
  configs: Map<string, string>,
): void {
  for (const entry of entries) {
    const name = configName(manifest.name, entry);
    const node = places.of(entry).get('name');
    if (!isConfigName(name)) node.problem(`\`${name}\` cannot be the name of a config`);
    if (entry.properties === undefined) continue;
    const content = JSON.stringify(Object.entries(entry.properties).sort());
    const before = configs.get(name);
    if (before !== undefined && before !== content) {
      node.problem(`the config \`${entry.name}\` is defined twice with different properties`);
    }
    configs.set(name, content);
  }
}

function checkLink(
  component: ManifestComponent,
  link: ManifestLink,
  byName: ReadonlyMap<string, ManifestComponent>,
  seen: Set<string>,
  node: NodeReader,
): void {
  const target = byName.get(link.target);
  const named = node.get('target');
  const targetName = typeof named.value === 'string' ? named : named.get('name');
  if (target === undefined) {
    const meant = closestWord(link.target, byName.keys());
    targetName.problem(
      `the link target \`${link.target}\` is not a component of this manifest: ` +
        (meant === undefined
          ? 'list it, with `properties.application` if it is of another application'
          : `write \`${meant}\``),
    );
  } else if (target.kind === 'capability' && component.kind === 'capability') {
    targetName.problem(
      `the provider \`${component.name}\` cannot be linked to the provider \`${target.name}\``,
    );
  }
  for (const [index, each] of link.interfaces.entries()) {
    const key = `${link.namespace}:${link.package}/${each}`;
    if (seen.has(`${link.name} ${key}`)) {
      const place = node.get('interfaces').items()[index] ?? node;
      place.problem(`\`${component.name}\` has two links named \`${link.name}\` for ${key}`);
    }
    seen.add(`${link.name} ${key}`);
  }
}

/** Links that differ in their interfaces alone are one link in the lattice, which has one list of configs for each end. */
function checkConfigsAgree(component: ManifestComponent, link: ManifestLink, node: NodeReader): void {
  const names = (entries: readonly ConfigEntry[]): string => JSON.stringify(entries.map(({ name }) => name));
  const first = component.links.find(
    (each) =>
      each.name === link.name &&
      each.target === link.target &&
      each.namespace === link.namespace &&
      each.package === link.package,
  );
  if (first === undefined) return;
  const isSourceSame = names(first.sourceConfig) === names(link.sourceConfig);
  if (isSourceSame && names(first.targetConfig) === names(link.targetConfig)) return;
  const side = isSourceSame ? 'target' : 'source';
  const place = node.get(`${side}_config`).isPresent ? node.get(`${side}_config`) : node.get(side);
  place.keyProblem(
    `\`${component.name}\` has two links to \`${link.target}\` named \`${link.name}\` for ${link.namespace}:${link.package}, which are one link in a lattice, ` +
      'with different configs: give both the same, or each a `name` of its own',
  );
}
