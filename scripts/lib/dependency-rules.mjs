/** Packages that come with nearly everything else, and all that may come with them. */
const allowed = new Map([
  ['@wasmlattice/telemetry', []],
  ['@wasmlattice/rpc', ['@wasmlattice/telemetry', 'nats']],
]);

/** Packages that bring many others, and the folders of those that may depend on them. */
const appsOnly = new Map([['@wasmlattice/telemetry-otlp', ['apps', 'bench', 'test-e2e']]]);

/**
 * Which dependencies break the rules above: one line for each. `packages` are those of the workspace, each with its
 * `folder` relative to the root, with slashes, and its `manifest`.
 */
export function dependencyProblems(packages) {
  return packages.flatMap((entry) => [...unwantedDependencies(entry), ...unwantedDependents(entry)]);
}

function unwantedDependencies({ manifest }) {
  const few = allowed.get(manifest.name);
  if (few === undefined) return [];
  return installedWith(manifest)
    .filter((name) => !few.includes(name))
    .map((name) => {
      const expected = few.join(' and ') || 'nothing';
      return `${manifest.name} depends on ${name}, which every install of it brings: it may depend on ${expected}`;
    });
}

function unwantedDependents({ folder, manifest }) {
  const [top] = folder.split('/');
  return [...installedWith(manifest), ...Object.keys(manifest.devDependencies ?? {})]
    .filter((name) => appsOnly.get(name)?.includes(top) === false)
    .map((name) => `${manifest.name} depends on ${name}, which is for ${appsOnly.get(name).join(', ')} only`);
}

/** Names of what an install of the package brings by itself; optional peers come only if somebody else wants them. */
function installedWith({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }) {
  const peers = Object.keys(peerDependencies ?? {}).filter(
    (name) => peerDependenciesMeta?.[name]?.optional !== true,
  );
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
}
