import { resolve } from 'node:path';
import {
  type Manifest,
  type ManifestComponent,
  type ManifestLink,
  pathOfImage,
  resolveImage,
} from '@wasmlattice/applications';
import { usageError } from '../global-options.js';
import type { DevProject } from './project.js';
import type { ServedImports } from './served-imports.js';

/** The workload that is being developed, in an application. */
export interface DevWorkload {
  readonly kind: ManifestComponent['kind'];
  /** The file that a manifest names; absolute. */
  readonly artifact: string;
}

/** The workload of a folder. */
export function workloadOf({ artifact, kind }: Pick<DevProject, 'artifact' | 'kind'>): DevWorkload {
  return { kind: kind === 'provider' ? 'capability' : 'component', artifact };
}

export interface DevSettings {
  /** The port on loopback that the component is served at, in place of what a manifest says. */
  readonly port: number | undefined;
  /** Config of the component, besides that of a manifest. */
  readonly config: Readonly<Record<string, string>>;
}

const httpServer = 'wasmcloud+builtin://http-server';

/**
 * The application for a workload that has no manifest: it, the providers of what it imports, and the host's HTTP server if it handles requests.
 */
export function defaultApplication(
  name: string,
  { kind, artifact }: DevWorkload,
  { links, providers }: ServedImports,
  handlesHttp: boolean,
): Manifest {
  const workload: ManifestComponent = {
    name,
    kind,
    source: { kind: 'image', image: `file://${artifact}` },
    id: name,
    config: [],
    scalers:
      kind === 'component'
        ? [{ kind: 'spread', instances: 100, spreads: [{ name: 'default', requirements: {}, weight: 100 }] }]
        : [],
    links,
  };
  return {
    name,
    version: undefined,
    description: undefined,
    components: [workload, ...providers, ...(handlesHttp ? [serverFor(name)] : [])],
  };
}

function serverFor(name: string): ManifestComponent {
  return {
    name: 'http-server',
    kind: 'capability',
    source: { kind: 'image', image: httpServer },
    id: undefined,
    config: [],
    scalers: [],
    links: [
      {
        name: 'default',
        target: name,
        namespace: 'wasi',
        package: 'http',
        interfaces: ['incoming-handler'],
        sourceConfig: [{ name: 'dev-address', properties: { address: '127.0.0.1:8000' } }],
        targetConfig: [],
      },
    ],
  };
}

/**
 * The part of a manifest that is being developed: the one whose image is the artifact, or the only one of its kind that is a file.
 *
 * @param folder that of the manifest
 * @throws CliError when it can't be told
 */
export function findWorkload(manifest: Manifest, folder: string, { artifact, kind }: DevWorkload): string {
  const local = manifest.components.flatMap((component) => {
    if (component.kind !== kind || component.source.kind !== 'image') return [];
    const { image } = resolveImage(component.source.image, folder);
    const path = pathOfImage(image);
    return path === undefined ? [] : [{ name: component.name, path: resolve(path) }];
  });
  const exact = local.find(({ path }) => path === artifact);
  if (exact !== undefined) return exact.name;
  const [only, another] = local;
  if (only !== undefined && another === undefined) return only.name;
  const what = kind === 'component' ? 'component' : 'provider';
  throw usageError(
    `the manifest of \`${manifest.name}\` has ${local.length === 0 ? 'no' : 'more than one'} ${what} from a file, and none from ${artifact}`,
    `name ${artifact} as \`image\` of the ${what} that you develop`,
  );
}

/** The manifest with another image of one of its parts, and with what flags say. */
export function withWorkload(
  manifest: Manifest,
  name: string,
  image: string,
  { config, port }: DevSettings,
): Manifest {
  const own = Object.keys(config).length === 0 ? [] : [{ name: 'dev-flags', properties: config }];
  return {
    ...manifest,
    components: manifest.components.map((component) => {
      const links =
        port === undefined ? component.links : component.links.map((link) => atPort(link, name, port));
      if (component.name !== name) return { ...component, links };
      return { ...component, links, source: { kind: 'image', image }, config: [...component.config, ...own] };
    }),
  };
}

function atPort(link: ManifestLink, name: string, port: number): ManifestLink {
  if (!isHttp(link, name)) return link;
  const others = link.sourceConfig.map((entry) => {
    if (entry.properties === undefined) return entry;
    const { address: _, ...rest } = entry.properties;
    return { ...entry, properties: rest };
  });
  return {
    ...link,
    sourceConfig: [...others, { name: 'dev-address', properties: { address: `127.0.0.1:${port}` } }],
  };
}

/** Where a component of a manifest is served: `127.0.0.1:8000`, from the links of HTTP servers to it. */
export function addressesOf(manifest: Manifest, name: string): string[] {
  return manifest.components.flatMap((component) =>
    component.links
      .filter((link) => isHttp(link, name))
      .map(
        (link) =>
          link.sourceConfig
            .map(({ properties }) => properties?.address)
            .findLast((each) => each !== undefined) ??
          component.config
            .map(({ properties }) => properties?.default_address)
            .findLast((each) => each !== undefined) ??
          '0.0.0.0:8000',
      ),
  );
}

function isHttp(
  { interfaces, namespace, package: packageName, target }: ManifestLink,
  name: string,
): boolean {
  return (
    target === name &&
    namespace === 'wasi' &&
    packageName === 'http' &&
    interfaces.includes('incoming-handler')
  );
}
