import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { ManifestComponent, ManifestLink } from '../manifest/manifest.js';
import type { NodePath } from '../manifest/node-reader.js';

/** What a link of a component says that its code does not. */
export interface ImportFinding {
  readonly link: ManifestLink;
  /** Leads from the properties of the link to the word that is wrong. */
  readonly at: NodePath;
  /** A sentence for people. */
  readonly message: string;
}

export interface ImportFindings {
  readonly refusals: readonly ImportFinding[];
  readonly warnings: readonly ImportFinding[];
}

/**
 * Compares the links of a component with what its code imports, `wasi:keyvalue/store` each, versions left out.
 *
 * An interface that looks like an imported one is a slip, and so is a package of which nothing is imported: the component would do
 * without the link until its first call. One of several that is not imported does no harm.
 */
export function checkImports(
  { links, name }: Pick<ManifestComponent, 'links' | 'name'>,
  imports: ReadonlySet<string>,
): ImportFindings {
  const refusals: ImportFinding[] = [];
  const warnings: ImportFinding[] = [];
  for (const link of links) {
    for (const [index, id] of interfacesOf(link).entries()) {
      if (imports.has(id)) continue;
      const meant = closestWord(id, imports);
      const packageName = id.slice(0, id.indexOf('/'));
      const others = [...imports].filter((each) => each.startsWith(`${packageName}/`));
      if (meant !== undefined) {
        const message = `\`${name}\` has a link for ${id}, which it does not import: it imports ${meant}`;
        refusals.push({ link, at: wrongWord(id, index, meant), message });
      } else if (others.length === 0) {
        const linked = [...imports].filter((each) => !ofHosts.test(each));
        const all = linked.length === 0 ? 'nothing that links are for' : linked.join(', ');
        const message = `\`${name}\` has a link for ${id}, and imports nothing of ${packageName}; it imports ${all}`;
        refusals.push({ link, at: ['package'], message });
      } else {
        const message = `\`${name}\` does not import ${id} of its link; it imports ${others.join(', ')}`;
        warnings.push({ link, at: ['interfaces', index], message });
      }
    }
  }
  return { refusals, warnings };
}

/** Where in the properties of a link the first word stands that is another one in what was meant, each id `namespace:package/interface`. */
export function wrongWord(id: string, index: number, meant: string): NodePath {
  const words = (text: string): string[] => text.split(/[:/]/);
  const place = words(id).findIndex((word, position) => word !== words(meant)[position]);
  return [['namespace'], ['package']][place] ?? ['interfaces', index];
}

/** What hosts give each component themselves. */
const ofHosts = /^wasi:(cli|clocks|filesystem|io|random|sockets)\//;

function interfacesOf({ interfaces, namespace, package: packageName }: ManifestLink): string[] {
  return interfaces.map((each) => `${namespace}:${packageName}/${each}`);
}
