import { isComponentId, isConfigName } from '@wasmlattice/control-interface';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { type Document, isNode, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import { checkAddresses } from './check-addresses.js';
import { checkLinkKeys, checkProviderKeys } from './check-configs.js';
import { documentValues, isEmptyDocument } from './document-values.js';
import { componentId, configName } from './identifiers.js';
import type {
  ComponentSource,
  ConfigEntry,
  Manifest,
  ManifestComponent,
  ManifestLink,
  Scaler,
  Spread,
} from './manifest.js';
import { type ManifestDocument, storedForm } from './manifest-document.js';
import type { ManifestProblem } from './manifest-error.js';
import { describeProblem, ManifestError } from './manifest-error.js';
import type { NodePath } from './node-reader.js';
import { NodeReader } from './node-reader.js';
import { readSecretPolicies, readSecrets, type SecretPolicies } from './read-secrets.js';

/** A manifest that can be deployed, and what is odd about it. */
export interface ParsedManifest {
  readonly manifest: Manifest;
  /** The same as it is stored and sent. */
  readonly document: ManifestDocument;
  /** Complete lines that name file, line and path. */
  readonly warnings: readonly string[];
  /** What is wrong with a link of {@link manifest}, with its place in the file. */
  readonly problemOf: (link: ManifestLink, message: string) => ManifestProblem;
}

/** Where each link stands. */
type LinkNodes = Map<ManifestLink, NodeReader>;

const apiVersion = 'core.oam.dev/v1beta1';
const applicationKind = 'Application';
const defaultLinkName = 'default';
const defaultSpread: Spread = { name: 'default', requirements: {}, weight: 100 };

/**
 * Reads an application manifest: YAML or JSON in the shapes wadm 0.21 takes, old spellings included.
 *
 * `fileName` appears in messages only.
 *
 * @throws {@link ManifestError} with every mistake that was found
 */
export function parseManifest(text: string, fileName: string): ParsedManifest {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines })].filter(
    (each) => each.errors.length > 0 || !isEmptyDocument(each),
  );
  const [document, another] = documents;
  const problems: ManifestProblem[] = [];
  const warnings: string[] = [];
  if (document === undefined) {
    throw new ManifestError(fileName, [{ path: '', line: undefined, message: 'is empty' }]);
  }

  const place = (path: NodePath): { path: string; line: number | undefined } => ({
    path: pathText(path),
    line: lineOf(path),
  });
  // A missing member has no place of its own: the closest value around it has.
  const lineOf = (path: NodePath): number | undefined => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };

  for (const { message, pos } of document.errors) {
    const line = lines.linePos(pos[0]).line;
    problems.push({ path: '', line, message: `is not valid YAML: ${message.split('\n')[0]}` });
  }
  if (another !== undefined) {
    problems.push({
      path: '',
      line: undefined,
      message: 'holds several documents: split it, one application per file',
    });
  }
  for (const offset of mergeKeys(document)) {
    problems.push({
      path: '<<',
      line: lines.linePos(offset).line,
      message: 'is a merge key, which YAML 1.2 and wadm do not know: write the members out',
    });
  }
  if (problems.length > 0) throw new ManifestError(fileName, problems);

  const values = documentValues(document);
  const root = new NodeReader(values, [], {
    problem: (path, message) => problems.push({ ...place(path), message }),
    warning: (path, message) => warnings.push(describeProblem(fileName, { ...place(path), message })),
  });
  const linkNodes: LinkNodes = new Map();
  const manifest = readManifest(root, linkNodes);
  if (manifest !== undefined && problems.length === 0) checkManifest(manifest, root, linkNodes);
  if (manifest === undefined || problems.length > 0) throw new ManifestError(fileName, problems);
  const problemOf = (link: ManifestLink, message: string): ManifestProblem => ({
    ...place(linkNodes.get(link)?.path ?? []),
    message,
  });
  return { manifest, document: storedForm(values), warnings, problemOf };
}

/** Where `<<` stands as a key. */
function mergeKeys(document: Document): number[] {
  const offsets: number[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && key.source === '<<' && key.range) offsets.push(key.range[0]);
    },
  });
  return offsets;
}

function readManifest(root: NodeReader, linkNodes: LinkNodes): Manifest | undefined {
  if (!root.expectMapping(['apiVersion', 'kind', 'metadata', 'spec'])) return undefined;
  expectWord(root.get('apiVersion'), apiVersion);
  expectWord(root.get('kind'), applicationKind);

  const metadata = root.get('metadata');
  metadata.expectMapping(['name', 'annotations', 'labels'], 'warning');
  const name = metadata.get('name').writtenText();
  if (name !== undefined && !/^[-_\p{L}\p{N}]+$/u.test(name)) {
    metadata.get('name').problem(`\`${name}\` may only have letters, digits, \`-\` and \`_\``);
  }
  metadata.get('labels').writtenTexts();
  const { description, version } = metadata.get('annotations').writtenTexts();
  if (version === 'latest') {
    metadata.get('annotations').get('version').problem('`latest` is not a version');
  }

  const spec = root.get('spec');
  spec.expectMapping(['components', 'policies']);
  const list = spec.get('components');
  if (!list.isPresent) list.problem('is missing');
  const policies = readSecretPolicies(spec.get('policies'));
  const components = list.items().flatMap((node) => readComponent(node, policies, linkNodes) ?? []);
  return name === undefined ? undefined : { name, version, description, components };
}

function expectWord(node: NodeReader, expected: string): void {
  const text = node.text();
  if (text !== undefined && text !== expected) node.problem(`expected \`${expected}\`, found \`${text}\``);
}

function readComponent(
  node: NodeReader,
  policies: SecretPolicies,
  linkNodes: LinkNodes,
): ManifestComponent | undefined {
  if (!node.expectMapping(['name', 'type', 'properties', 'traits'], 'warning')) return undefined;
  const name = node.get('name').text();
  const kind = readKind(node.get('type'));
  const properties = node.get('properties');
  if (!properties.expectMapping(['image', 'application', 'id', 'config', 'secrets'])) return undefined;
  const source = readSource(properties);
  const id = properties.get('id').optionalText();
  const secrets = readSecrets(properties.get('secrets'), policies);
  const config = [...readConfig(properties.get('config')), ...secrets];

  const scalers: Scaler[] = [];
  const links: ManifestLink[] = [];
  for (const each of node.get('traits').items()) {
    const before = links.length;
    readTrait(each, policies, scalers, links);
    for (const link of links.slice(before)) linkNodes.set(link, each);
  }
  if (source?.kind === 'shared') {
    if (secrets.length > 0) properties.get('secrets').problem('cannot be given for a shared component');
    if (config.length > secrets.length)
      properties.get('config').problem('cannot be given for a shared component');
    if (scalers.length > 0)
      node.get('traits').problem('a shared component is scaled by its own application only');
  }
  if (scalers.length > 1) node.get('traits').problem('has more than one scaler');
  if (name === undefined || kind === undefined || source === undefined) return undefined;
  return { name, kind, source, id, config, scalers, links };
}

function readKind(node: NodeReader): ManifestComponent['kind'] | undefined {
  const text = node.text();
  switch (text) {
    case undefined:
      return undefined;
    case 'component':
    case 'actor':
      return 'component';
    case 'capability':
      return 'capability';
    default:
      return node.problem(`expected \`component\` or \`capability\`, found \`${text}\``);
  }
}

function readSource(properties: NodeReader): ComponentSource | undefined {
  const image = properties.get('image').optionalText();
  const application = properties.get('application');
  if (application.isPresent === properties.get('image').isPresent) {
    return properties.problem('needs either `image` or `application`');
  }
  if (properties.get('image').isPresent) return image === undefined ? undefined : { kind: 'image', image };
  if (!application.expectMapping(['name', 'component'])) return undefined;
  const name = application.get('name').text();
  const component = application.get('component').text();
  if (name === undefined || component === undefined) return undefined;
  return { kind: 'shared', application: name, component };
}

function readConfig(node: NodeReader): ConfigEntry[] {
  return node.items().flatMap((item) => {
    if (!item.expectMapping(['name', 'properties'])) return [];
    const name = item.get('name').text();
    if (name === undefined) return [];
    const properties = item.get('properties');
    const texts = properties.isPresent ? properties.texts() : undefined;
    if (texts !== undefined) checkAddresses(texts, properties);
    return [{ name, properties: texts }];
  });
}

const traits = ['spreadscaler', 'daemonscaler', 'link'];

function readTrait(
  node: NodeReader,
  policies: SecretPolicies,
  scalers: Scaler[],
  links: ManifestLink[],
): void {
  if (!node.expectMapping(['type', 'properties'])) return;
  const type = node.get('type');
  const properties = node.get('properties');
  switch (type.text()) {
    case undefined:
      return;
    case 'spreadscaler':
      scalers.push(...readScaler(properties, 'spread'));
      return;
    case 'daemonscaler':
      scalers.push(...readScaler(properties, 'daemon'));
      return;
    case 'link':
      links.push(...readLink(properties, policies));
      return;
    default: {
      const meant = closestWord(String(type.value), traits);
      if (meant === undefined)
        type.warning(`the trait \`${String(type.value)}\` is not known and has no effect`);
      else type.problem(`there is no trait \`${String(type.value)}\`: write \`${meant}\``);
    }
  }
}

function readScaler(node: NodeReader, kind: Scaler['kind']): Scaler[] {
  if (!node.expectMapping(['instances', 'replicas', 'spread'])) return [];
  onlyOne(node, 'replicas', 'instances');
  const instances = (node.get('replicas').isPresent ? node.get('replicas') : node.get('instances')).count();
  const spreads = node
    .get('spread')
    .items()
    .flatMap((each) => readSpread(each) ?? []);
  if (kind === 'spread' && spreads.length > 0 && spreads.every(({ weight }) => weight === 0)) {
    node.get('spread').problem('needs a weight above 0 for at least one spread');
  }
  if (instances === undefined) return [];
  return [{ kind, instances, spreads: spreads.length === 0 ? [defaultSpread] : spreads }];
}

/** Two spellings of one thing: which of them would count depends on who reads it. */
function onlyOne(node: NodeReader, spelling: string, other: string): void {
  if (!node.get(spelling).isPresent || !node.get(other).isPresent) return;
  node.problem(`has both \`${spelling}\` and \`${other}\`, which are two spellings of one thing: keep one`);
}

function readSpread(node: NodeReader): Spread | undefined {
  if (!node.expectMapping(['name', 'requirements', 'weight'])) return undefined;
  const name = node.get('name').text();
  const requirements = node.get('requirements').texts();
  const weight = node.get('weight').isPresent ? node.get('weight').count() : defaultSpread.weight;
  if (name === undefined || weight === undefined) return undefined;
  return { name, requirements, weight };
}

function readLink(node: NodeReader, policies: SecretPolicies): ManifestLink[] {
  const known = ['namespace', 'package', 'interfaces', 'source', 'target', 'name'];
  if (!node.expectMapping([...known, 'source_config', 'target_config'], 'warning')) return [];
  const namespace = node.get('namespace').text();
  const packageName = node.get('package').text();
  const interfaces = node
    .get('interfaces')
    .items()
    .flatMap((each) => each.text() ?? []);
  if (interfaces.length === 0) node.get('interfaces').problem('needs at least one interface');
  const target = readTarget(node, policies);
  const sourceConfig = readSourceConfig(node, policies);
  const name = node.get('name').optionalText() ?? defaultLinkName;
  if (namespace === undefined || packageName === undefined || target === undefined) return [];
  return [
    {
      name,
      target: target.name,
      namespace,
      package: packageName,
      interfaces,
      sourceConfig,
      targetConfig: target.config,
    },
  ];
}

/** `target: name` with `target_config` beside it is the spelling before wadm 0.13. */
function readTarget(
  node: NodeReader,
  policies: SecretPolicies,
): { name: string; config: ConfigEntry[] } | undefined {
  const target = node.get('target');
  if (typeof target.value === 'string') {
    const name = target.text();
    return name === undefined ? undefined : { name, config: readConfig(node.get('target_config')) };
  }
  if (target.get('application').isPresent) {
    return target.problem(
      'the target names an application: list the component of the other application under `components` with ' +
        '`properties.application`, and name it here as it is listed there',
    );
  }
  if (!target.expectMapping(['name', 'config', 'secrets'])) return undefined;
  if (node.get('target_config').isPresent) {
    node.problem('has `target_config` beside a `target` that is a mapping: move it to `target.config`');
  }
  const name = target.get('name').text();
  const secrets = readSecrets(target.get('secrets'), policies);
  return name === undefined ? undefined : { name, config: [...readConfig(target.get('config')), ...secrets] };
}

/** `source_config` is the spelling before wadm 0.13. */
function readSourceConfig(node: NodeReader, policies: SecretPolicies): ConfigEntry[] {
  const source = node.get('source');
  if (!source.isPresent) return readConfig(node.get('source_config'));
  onlyOne(node, 'source', 'source_config');
  if (!source.expectMapping(['config', 'secrets'])) return [];
  return [...readConfig(source.get('config')), ...readSecrets(source.get('secrets'), policies)];
}

/** Rules that concern several parts of a manifest. */
function checkManifest(manifest: Manifest, root: NodeReader, linkNodes: LinkNodes): void {
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
    checkConfig(manifest, component.config, node.get('properties').get('config'), configs);
    checkProviderKeys(component, node.get('properties').get('config'));
  }
  for (const [index, component] of manifest.components.entries()) {
    const traits = nodes[index]?.get('traits') ?? root;
    const seen = new Set<string>();
    for (const link of component.links) {
      const trait = linkNodes.get(link) ?? traits;
      checkLink(component, link, byName, seen, trait);
      checkConfigsAgree(component, link, trait);
      checkLinkKeys(component, link, byName.get(link.target), trait);
      checkConfig(manifest, [...link.sourceConfig, ...link.targetConfig], trait, configs);
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
  node: NodeReader,
  configs: Map<string, string>,
): void {
  for (const entry of entries) {
    const name = configName(manifest.name, entry);
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
  if (target === undefined) {
    const meant = closestWord(link.target, byName.keys());
    node.problem(
      `the link target \`${link.target}\` is not a component of this manifest: ` +
        (meant === undefined
          ? 'list it, with `properties.application` if it is of another application'
          : `write \`${meant}\``),
    );
  } else if (target.kind === 'capability' && component.kind === 'capability') {
    node.problem(`the provider \`${component.name}\` cannot be linked to the provider \`${target.name}\``);
  }
  for (const each of link.interfaces) {
    const key = `${link.namespace}:${link.package}/${each}`;
    if (seen.has(`${link.name} ${key}`)) node.problem(`has two links named \`${link.name}\` for ${key}`);
    seen.add(`${link.name} ${key}`);
  }
}

/** Links that differ in their interfaces alone are one link in the lattice, which has one list of configs for each end. */
function checkConfigsAgree(component: ManifestComponent, link: ManifestLink, node: NodeReader): void {
  const names = ({ sourceConfig, targetConfig }: ManifestLink): string =>
    JSON.stringify([sourceConfig, targetConfig].map((entries) => entries.map(({ name }) => name)));
  const first = component.links.find(
    (each) =>
      each.name === link.name &&
      each.target === link.target &&
      each.namespace === link.namespace &&
      each.package === link.package,
  );
  if (first === undefined || names(first) === names(link)) return;
  node.problem(
    `has two links to \`${link.target}\` named \`${link.name}\` for ${link.namespace}:${link.package}, which are one link in a lattice, ` +
      'with different configs: give both the same, or each a `name` of its own',
  );
}

function pathText(path: NodePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
