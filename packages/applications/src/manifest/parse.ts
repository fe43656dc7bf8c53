import type { StringMap } from '@wasmlattice/control-interface';
import { closestWord } from '@wasmlattice/provider-host/config-schema';
import { type Document, isScalar, LineCounter, parseAllDocuments, visit, type YAMLParseError } from 'yaml';
import { type AliasProblem, readAliases } from './aliases.js';
import { checkAddresses } from './check-addresses.js';
import { checkImage } from './check-image.js';
import { checkManifest } from './check-manifest.js';
import { documentValues, isEmptyDocument } from './document-values.js';
import { isLabelKey } from './label-key.js';
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
import type { FilePosition, ManifestProblem } from './manifest-error.js';
import { describeProblem, ManifestError } from './manifest-error.js';
import type { NodePath } from './node-reader.js';
import { NodeReader } from './node-reader.js';
import { type MemberPart, offsetInDocument } from './offset-in-document.js';
import { Places, type ReadContext } from './places.js';
import { readSecretPolicies, readSecrets } from './read-secrets.js';

/** A manifest that can be deployed, and what is odd about it. */
export interface ParsedManifest {
  readonly manifest: Manifest;
  /** The same as it is stored and sent. */
  readonly document: ManifestDocument;
  /** Complete lines that name file, line and path. */
  readonly warnings: readonly string[];
  /**
   * What is wrong with a component or link of {@link manifest}, with its place in the file; `at` leads from the properties of that to what
   * is wrong.
   */
  readonly problemOf: (
    part: ManifestComponent | ManifestLink,
    at: NodePath,
    message: string,
  ) => ManifestProblem;
}

export interface ParseOptions {
  /** Whether messages name lines and columns, which nobody has before him of a manifest that was stored. */
  readonly hasPositions?: boolean;
}

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
export function parseManifest(
  text: string,
  fileName: string,
  { hasPositions = true }: ParseOptions = {},
): ParsedManifest {
  const lines = new LineCounter();
  // Their pretty form repeats the place.
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })].filter(
    (each) => each.errors.length > 0 || !isEmptyDocument(each),
  );
  const [document, another] = documents;
  if (document === undefined) {
    throw new ManifestError(fileName, [{ path: '', position: undefined, message: 'is empty' }]);
  }
  const positionOf = (offset: number | undefined): FilePosition | undefined => {
    if (offset === undefined || !hasPositions) return undefined;
    const { col, line } = lines.linePos(offset);
    return { line, column: col };
  };
  const aliases = readAliases(document);
  const problems = documentProblems(document, another, aliases.problems, text).map(
    ({ message, offset, path }) => ({
      path,
      position: positionOf(offset),
      message,
    }),
  );
  if (problems.length > 0) throw new ManifestError(fileName, problems);

  const problemAt = (path: NodePath, message: string, part: MemberPart): ManifestProblem => ({
    path: pathText(path),
    position: positionOf(offsetInDocument(document, aliases.targets, path, part)),
    message,
  });
  const warnings: string[] = [];
  const values = documentValues(document, aliases.targets);
  const root = new NodeReader(values, [], {
    problem: (...found) => problems.push(problemAt(...found)),
    warning: (...found) => warnings.push(describeProblem(fileName, problemAt(...found))),
  });
  const places = new Places();
  const manifest = readManifest(root, places);
  if (manifest !== undefined && problems.length === 0) checkManifest(manifest, root, places);
  const stored = storedForm(values);
  if (manifest === undefined || problems.length > 0) {
    throw new ManifestError(fileName, problems, { document: stored, warnings });
  }
  return {
    manifest,
    document: stored,
    warnings,
    problemOf: (part, at, message) => problemAt([...places.of(part).path, ...at], message, 'value'),
  };
}

interface DocumentProblem {
  readonly path: string;
  readonly offset: number | undefined;
  readonly message: string;
}

/** What keeps a text from being one document of YAML 1.2. */
function documentProblems(
  document: Document,
  another: Document | undefined,
  aliases: readonly AliasProblem[],
  text: string,
): DocumentProblem[] {
  const problems: DocumentProblem[] = firstMistakes(document).map(({ code, message, pos }) => ({
    path: '',
    offset: pos[0],
    message: `is not valid YAML: ${code === 'DUPLICATE_KEY' ? `the key \`${keyAt(text, pos)}\` is there twice` : message}`,
  }));
  if (another !== undefined) {
    problems.push({
      path: '',
      offset: another.contents?.range?.[0] ?? another.range?.[0],
      message: 'is another document of the same file: split it, one application per file',
    });
  }
  if (problems.length > 0) return problems;
  for (const { alias, message } of aliases) {
    problems.push({ path: '', offset: alias.range?.[0], message });
  }
  const merges = mergeKeys(document).map((offset) => ({
    path: '<<',
    offset,
    message: 'is a merge key, which YAML 1.2 and wadm do not know: write the members out',
  }));
  return [...problems, ...merges];
}

/** Errors of a parser that follow an error of syntax are mostly its consequences. */
function firstMistakes({ errors }: Document): readonly YAMLParseError[] {
  const tabs = errors.filter(({ code }) => code === 'TAB_AS_INDENT');
  if (tabs.length > 0) return tabs;
  const first = errors.findIndex(({ code }) => code !== 'DUPLICATE_KEY');
  return first < 0 ? errors : errors.slice(0, first + 1);
}

/** The key that begins at a place, for a message. */
function keyAt(text: string, [start]: readonly [number, number]): string {
  return /^[^:\n]*/.exec(text.slice(start, start + 100))?.[0].trim() ?? '';
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

function readManifest(root: NodeReader, places: Places): Manifest | undefined {
  if (!root.expectMapping(['apiVersion', 'kind', 'metadata', 'spec'])) return undefined;
  expectWord(root.get('apiVersion'), apiVersion);
  expectWord(root.get('kind'), applicationKind);

  const metadata = root.get('metadata');
  metadata.expectMapping(['name', 'annotations', 'labels'], 'warning');
  const name = metadata.get('name').writtenText();
  if (name !== undefined && !/^[-_\p{L}\p{N}]+$/u.test(name)) {
    metadata.get('name').problem(`\`${name}\` may only have letters, digits, \`-\` and \`_\``);
  }
  readLabels(metadata.get('labels'));
  const { description, version } = readLabels(metadata.get('annotations'));
  if (version === 'latest') {
    metadata.get('annotations').get('version').problem('`latest` is not a version');
  }

  const spec = root.get('spec');
  spec.expectMapping(['components', 'policies']);
  const list = spec.get('components');
  if (!list.isPresent) list.problem('is missing');
  const context = { places, policies: readSecretPolicies(spec.get('policies')) };
  const components = list.items().flatMap((node) => readComponent(node, context) ?? []);
  return name === undefined ? undefined : { name, version, description, components };
}

function readLabels(node: NodeReader): StringMap {
  const labels = node.writtenTexts();
  for (const key of Object.keys(labels).filter((each) => !isLabelKey(each))) {
    node
      .get(key)
      .keyProblem(
        `\`${key}\` cannot be a key here: use up to 63 letters, digits, \`-\`, \`_\` and \`.\`, a letter or digit first and last, ` +
          'with the name of a domain and `/` before them or without',
      );
  }
  return labels;
}

function expectWord(node: NodeReader, expected: string): void {
  const text = node.text();
  if (text !== undefined && text !== expected) node.problem(`expected \`${expected}\`, found \`${text}\``);
}

function readComponent(node: NodeReader, context: ReadContext): ManifestComponent | undefined {
  if (!node.expectMapping(['name', 'type', 'properties', 'traits'], 'warning')) return undefined;
  const name = node.get('name').text();
  const kind = readKind(node.get('type'));
  const properties = node.get('properties');
  if (!properties.expectMapping(['image', 'application', 'id', 'config', 'secrets'])) return undefined;
  const source = readSource(properties);
  const id = properties.get('id').optionalText();
  const secrets = readSecrets(properties.get('secrets'), context);
  const config = readConfig(properties.get('config'), context);

  const scalers: Scaler[] = [];
  const links: ManifestLink[] = [];
  for (const each of node.get('traits').items()) {
    const before = scalers.length;
    readTrait(each, context, scalers, links);
    if (scalers.length === before) continue;
    if (source?.kind === 'shared') {
      each.get('type').problem('a shared component is scaled by its own application only');
    } else if (before > 0) {
      each.get('type').problem('is another scaler of the component, which may have one');
    }
  }
  if (source?.kind === 'shared') {
    for (const [key, given] of Object.entries({ config, secrets })) {
      if (given.length > 0) properties.get(key).keyProblem('cannot be given for a shared component');
    }
  }
  if (name === undefined || kind === undefined || source === undefined) return undefined;
  const component = { name, kind, source, id, config: [...config, ...secrets], scalers, links };
  context.places.set(component, properties);
  return component;
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
  if (properties.get('image').isPresent) {
    if (image === undefined) return undefined;
    checkImage(image, properties.get('image'));
    return { kind: 'image', image };
  }
  if (!application.expectMapping(['name', 'component'])) return undefined;
  const name = application.get('name').text();
  const component = application.get('component').text();
  if (name === undefined || component === undefined) return undefined;
  return { kind: 'shared', application: name, component };
}

function readConfig(node: NodeReader, { places }: ReadContext): ConfigEntry[] {
  return node.items().flatMap((item) => {
    if (!item.expectMapping(['name', 'properties'])) return [];
    const name = item.get('name').text();
    if (name === undefined) return [];
    const properties = item.get('properties');
    const texts = properties.isPresent ? properties.texts() : undefined;
    if (texts !== undefined) checkAddresses(texts, properties);
    const entry: ConfigEntry = { name, properties: texts };
    places.set(entry, item);
    return [entry];
  });
}

const traits = ['spreadscaler', 'daemonscaler', 'link'];

function readTrait(node: NodeReader, context: ReadContext, scalers: Scaler[], links: ManifestLink[]): void {
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
      links.push(...readLink(properties, context));
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
  node
    .get(spelling)
    .keyProblem(`\`${spelling}\` and \`${other}\` are two spellings of one thing: keep one of them`);
}

function readSpread(node: NodeReader): Spread | undefined {
  if (!node.expectMapping(['name', 'requirements', 'weight'])) return undefined;
  const name = node.get('name').text();
  const requirements = node.get('requirements').texts();
  const weight = node.get('weight').isPresent ? node.get('weight').count() : defaultSpread.weight;
  if (name === undefined || weight === undefined) return undefined;
  return { name, requirements, weight };
}

function readLink(node: NodeReader, context: ReadContext): ManifestLink[] {
  const known = ['namespace', 'package', 'interfaces', 'source', 'target', 'name'];
  if (!node.expectMapping([...known, 'source_config', 'target_config'], 'warning')) return [];
  const namespace = node.get('namespace').text();
  const packageName = node.get('package').text();
  const interfaces = node
    .get('interfaces')
    .items()
    .flatMap((each) => each.text() ?? []);
  if (interfaces.length === 0) node.get('interfaces').problem('needs at least one interface');
  const target = readTarget(node, context);
  const sourceConfig = readSourceConfig(node, context);
  const name = node.get('name').optionalText() ?? defaultLinkName;
  if (namespace === undefined || packageName === undefined || target === undefined) return [];
  const link: ManifestLink = {
    name,
    target: target.name,
    namespace,
    package: packageName,
    interfaces,
    sourceConfig,
    targetConfig: target.config,
  };
  context.places.set(link, node);
  return [link];
}

/** `target: name` with `target_config` beside it is the spelling before wadm 0.13. */
function readTarget(
  node: NodeReader,
  context: ReadContext,
): { name: string; config: ConfigEntry[] } | undefined {
  const target = node.get('target');
  if (typeof target.value === 'string') {
    const name = target.text();
    return name === undefined ? undefined : { name, config: readConfig(node.get('target_config'), context) };
  }
  if (target.get('application').isPresent) {
    target
      .get('application')
      .keyProblem(
        'a link goes to a component of its own manifest: list that of the other application under `components` with ' +
          '`properties.application`, and name it here as it is listed there',
      );
    return undefined;
  }
  if (!target.expectMapping(['name', 'config', 'secrets'])) return undefined;
  if (node.get('target_config').isPresent) {
    node
      .get('target_config')
      .keyProblem('`target_config` stands beside a `target` that is a mapping: move it to `target.config`');
  }
  const name = target.get('name').text();
  const config = readConfig(target.get('config'), context);
  const secrets = readSecrets(target.get('secrets'), context);
  return name === undefined ? undefined : { name, config: [...config, ...secrets] };
}

/** `source_config` is the spelling before wadm 0.13. */
function readSourceConfig(node: NodeReader, context: ReadContext): ConfigEntry[] {
  const source = node.get('source');
  if (!source.isPresent) return readConfig(node.get('source_config'), context);
  onlyOne(node, 'source_config', 'source');
  if (!source.expectMapping(['config', 'secrets'])) return [];
  return [...readConfig(source.get('config'), context), ...readSecrets(source.get('secrets'), context)];
}

function pathText(path: NodePath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
