import type { ConfigEntry, Manifest, ManifestComponent, ManifestLink, Scaler } from './manifest.js';

/** One thing that two manifests say differently. */
export interface Difference {
  /** What it is about: `component cart`, `config words of cart, greeting`. */
  readonly what: string;
  /** Absent when it is new. */
  readonly before: string | undefined;
  /** Absent when it is gone. */
  readonly after: string | undefined;
}

/** What changes from one manifest to the other, in the order of the manifests; versions and descriptions are no matter. */
export function differencesOf(
  before: Manifest | undefined,
  after: Manifest | undefined,
): readonly Difference[] {
  const old = new Map(before === undefined ? [] : factsOf(before));
  const wanted = new Map(after === undefined ? [] : factsOf(after));
  return [...new Set([...old.keys(), ...wanted.keys()])]
    .map((what) => ({ what, before: old.get(what), after: wanted.get(what) }))
    .filter((each) => each.before !== each.after);
}

/** `+ component cart: file:///cart.wasm`, `~ component cart, instances: 4 -> 9`, `- link cart wasi:keyvalue to kv: store` */
export function describeDifference({ after, before, what }: Difference): string {
  if (before === undefined) return `+ ${what}: ${after}`;
  return after === undefined ? `- ${what}: ${before}` : `~ ${what}: ${before} -> ${after}`;
}

/** All that a manifest says, each thing with a name that is the same in another manifest. */
function factsOf(manifest: Manifest): [string, string][] {
  return manifest.components.flatMap((component) => [
    ...componentFacts(component),
    ...component.config.flatMap((entry) => configFacts(component.name, entry)),
    ...component.links.flatMap((link) => linkFacts(component, link)),
  ]);
}

function componentFacts({ id, kind, name, scalers, source }: ManifestComponent): [string, string][] {
  const what = `${kind === 'capability' ? 'provider' : 'component'} ${name}`;
  const from =
    source.kind === 'image' ? source.image : `${source.component} of application ${source.application}`;
  return [
    [what, from],
    ...(id === undefined ? [] : ([[`${what}, id`, id]] as [string, string][])),
    ...scalers.map((scaler): [string, string] => [`${what}, instances`, describeScaler(scaler)]),
  ];
}

function describeScaler({ instances, kind, spreads }: Scaler): string {
  const places = spreads
    .map(({ name, requirements, weight }) => {
      const labels = Object.entries(requirements).map(([key, value]) => `${key}=${value}`);
      const isPlain = labels.length === 0 && name === 'default';
      const share = spreads.length > 1 && kind === 'spread' ? [`weight ${weight}`] : [];
      return isPlain ? '' : `${name} (${[...labels, ...share].join(', ')})`;
    })
    .filter((text) => text !== '');
  const count = kind === 'daemon' ? `${instances} on every host` : `${instances}`;
  return places.length === 0 ? count : `${count} over ${places.join(', ')}`;
}

function linkFacts(component: ManifestComponent, link: ManifestLink): [string, string][] {
  const name = link.name === 'default' ? '' : ` (${link.name})`;
  const what = `link ${component.name} ${link.namespace}:${link.package}${name} to ${link.target}`;
  return [
    [what, link.interfaces.toSorted().join(', ')],
    ...link.sourceConfig.flatMap((entry) => configFacts(`${what}, source`, entry)),
    ...link.targetConfig.flatMap((entry) => configFacts(`${what}, target`, entry)),
  ];
}

function configFacts(owner: string, { isSecret = false, name, properties }: ConfigEntry): [string, string][] {
  const what = `${isSecret ? 'secret' : 'config'} ${name} of ${owner}`;
  if (properties === undefined) return [[what, 'as it is in the lattice']];
  const entries = Object.entries(properties);
  if (entries.length === 0) return [[what, 'empty']];
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]): [string, string] => [`${what}, ${key}`, value]);
}
