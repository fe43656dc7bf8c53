import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ManifestComponent, ManifestLink } from '@wasmlattice/applications';

/** A provider that serves an interface while developing, from the NATS server of the host: its data goes with the loop. */
interface StandIn {
  /** `wasi:keyvalue`, without version. */
  readonly package: string;
  readonly npmPackage: string;
  readonly config: Readonly<Record<string, string>>;
}

const standIns: readonly StandIn[] = [
  {
    package: 'wasi:keyvalue',
    npmPackage: '@wasmlattice/provider-keyvalue-nats',
    config: { bucket: 'dev', enable_bucket_auto_create: 'true' },
  },
  { package: 'wasi:blobstore', npmPackage: '@wasmlattice/provider-blobstore-nats', config: {} },
];

/** What hosts give each component without a link. */
const ofHosts =
  /^wasi:(?:cli|clocks|config|filesystem|http|io|logging|random|sockets)\/|^wasmcloud:(?:bus|secrets)\//;

/** Links for what a component imports, the providers they lead to, and the imports that nobody is there for. */
export interface ServedImports {
  readonly links: readonly ManifestLink[];
  readonly providers: readonly ManifestComponent[];
  /** `acme:shop/cart`, without version. */
  readonly unserved: readonly string[];
}

/** @param imports of a component, `wasi:keyvalue/store`, without versions */
export async function serveImports(imports: readonly string[]): Promise<ServedImports> {
  const links: ManifestLink[] = [];
  const providers: ManifestComponent[] = [];
  const unserved: string[] = [];
  const packages = Map.groupBy(
    imports.filter((id) => !ofHosts.test(id)),
    (id) => id.slice(0, id.indexOf('/')),
  );
  for (const [id, members] of packages) {
    const standIn = standIns.find((each) => each.package === id);
    if (standIn === undefined) {
      unserved.push(...members);
      continue;
    }
    const [namespace = '', packageName = ''] = id.split(':');
    providers.push({
      name: packageName,
      kind: 'capability',
      source: { kind: 'image', image: await programOf(standIn.npmPackage) },
      id: undefined,
      config: [],
      scalers: [],
      links: [],
    });
    links.push({
      name: 'default',
      target: packageName,
      namespace,
      package: packageName,
      interfaces: members.map((each) => each.slice(id.length + 1)),
      sourceConfig: [],
      targetConfig: [{ name: `${packageName}-dev`, properties: standIn.config }],
    });
  }
  return { links, providers, unserved };
}

/** Imports that no link of the component is for, of those that hosts do not give by themselves. */
export function unlinkedImports(imports: readonly string[], links: readonly ManifestLink[]): string[] {
  const linked = new Set(
    links.flatMap((link) => link.interfaces.map((each) => `${link.namespace}:${link.package}/${each}`)),
  );
  return imports.filter((id) => !ofHosts.test(id) && !linked.has(id) && !isTypesOfLinked(id, linked));
}

/** Interfaces that only hold types come with those that use them. */
function isTypesOfLinked(id: string, linked: ReadonlySet<string>): boolean {
  const [packageName] = id.split('/');
  return [...linked].some((each) => each.startsWith(`${packageName}/`));
}

async function programOf(npmPackage: string): Promise<string> {
  const manifestUrl = import.meta.resolve(`${npmPackage}/package.json`);
  const { bin } = JSON.parse(await readFile(fileURLToPath(manifestUrl), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const [program = ''] = Object.values(bin);
  return new URL(program, manifestUrl).href;
}
