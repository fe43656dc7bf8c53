import { posix } from 'node:path';

/** What npm, bundlers and installers read; none of it has a default that is right for us. */
const fields = ['description', 'license', 'sideEffects', 'engines', 'files'];

/** Packages of which two copies in a program don't know each other's errors. */
const shared = ['nats'];

/**
 * What is wrong with a packed package, beyond what publint looks at: one line for each problem.
 *
 * `files` is what the tarball holds, path → content; `manifest` is the `package.json` in it.
 */
export function contentProblems(files, manifest) {
  return [
    ...missingFiles(files),
    ...missingFields(manifest),
    ...copies(manifest),
    ...strayFiles(files, manifest),
    ...sourcelessMaps(files),
    ...targetsOf(manifest)
      .filter(({ path }) => !files.has(path))
      .map(({ where, path }) => `${where} names ${path}, which is not in the package`),
    ...untyped(manifest),
    ...developmentConditions(manifest),
    ...workspaceReferences(manifest),
  ];
}

function missingFiles(files) {
  const problems = ['README.md', 'LICENSE']
    .filter((name) => !files.has(name))
    .map((name) => `${name} is missing`);
  if (![...files.keys()].some((path) => path.startsWith('dist/'))) problems.push('dist is missing or empty');
  return problems;
}

function missingFields(manifest) {
  const missing = fields.filter((field) => manifest[field] === undefined);
  const inRepository = manifest.repository === undefined || manifest.repository.directory !== undefined;
  return [...missing, ...(inRepository ? [] : ['repository.directory'])].map(
    (field) => `package.json does not say "${field}"`,
  );
}

/** A library takes what is shared from the program; a program gets along with the copy that libraries beside it want. */
function copies({ bin, dependencies = {} }) {
  return shared
    .filter((name) => dependencies[name] !== undefined)
    .flatMap((name) => {
      if (bin === undefined)
        return [`${name} is a dependency: make it a peer, two copies of it break programs`];
      const isRange = dependencies[name].startsWith('^');
      return isRange ? [] : [`dependencies pin ${name} to ${dependencies[name]}, which makes a second copy`];
    });
}

/** Tests and their helpers, other than those that the package exports or that are templates of somebody's. */
function strayFiles(files, manifest) {
  const exported = manifest.exports?.['./testing'] === undefined ? undefined : /^(dist|src)\/testing\//;
  return [...files.keys()]
    .filter((path) => !path.startsWith('templates/'))
    .filter(
      (path) =>
        /\.test\.|\.tsbuildinfo$|(^|\/)(tests?|node_modules)\//.test(path) ||
        (/(^|\/)testing\//.test(path) && !exported?.test(path)),
    )
    .map((path) => `${path} should not be published`);
}

/** Source and declaration maps that lead nowhere: who debugs or reads on should arrive in the sources, or in the map's own copy of them. */
function sourcelessMaps(files) {
  return [...files].flatMap(([path, content]) => {
    if (!path.endsWith('.map')) return [];
    const { sources, sourcesContent = [] } = JSON.parse(content.toString());
    return sources
      .filter((_, index) => typeof sourcesContent[index] !== 'string')
      .map((source) => posix.join(posix.dirname(path), source))
      .filter((source) => !files.has(source))
      .map((source) => `${path} points to ${source}, which is not in the package`);
  });
}

/** Every file that `exports` and `bin` promise. */
function targetsOf(manifest) {
  const targets = [];
  const walk = (where, value) => {
    if (typeof value === 'string') targets.push({ where, path: value.replace(/^\.\//, '') });
    else if (value !== null && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) walk(`${where}[${JSON.stringify(key)}]`, inner);
    }
  };
  walk('exports', manifest.exports ?? {});
  walk('bin', manifest.bin ?? {});
  return targets;
}

function untyped(manifest) {
  return Object.entries(manifest.exports ?? {})
    .filter(([entry, target]) => !entry.endsWith('.json') && target?.types === undefined)
    .map(([entry]) => `exports[${JSON.stringify(entry)}] has no types`);
}

/** `.pnpmfile.mjs` takes them away: they lead to TypeScript, which nobody else can run. */
function developmentConditions(manifest) {
  return Object.entries(manifest.exports ?? {})
    .filter(([, target]) => target?.development !== undefined)
    .map(([entry]) => `exports[${JSON.stringify(entry)}] has the condition development`);
}

/** Packing must have replaced `workspace:` and `catalog:` by versions. */
function workspaceReferences(manifest) {
  return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => /^(workspace|catalog|link|file):/.test(version))
      .map(([name, version]) => `${field} has ${name}@${version}, which no registry can resolve`),
  );
}
