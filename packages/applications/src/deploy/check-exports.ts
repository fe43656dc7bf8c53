import { closestWord } from '@wasmlattice/provider-host/config-schema';
import type { ManifestComponent } from '../manifest/manifest.js';
import { type ImportFinding, wrongWord } from './check-imports.js';

/**
 * Finds links whose interface looks like one that the code of their target exports, and is none: a slip, which would show at the first call.
 * One that looks like none is let be, as hosts take some interfaces for others: `incoming-handler` is `handler` in WASI 0.3.
 *
 * @param exportsOf interfaces that a component exports, `wasi:http/incoming-handler` each, versions left out; `undefined` for one whose code
 * is not here
 */
export function checkExports(
  components: readonly Pick<ManifestComponent, 'links' | 'name'>[],
  exportsOf: (component: string) => ReadonlySet<string> | undefined,
): readonly ImportFinding[] {
  return components.flatMap(({ links, name }) =>
    links.flatMap((link): ImportFinding[] => {
      const exported = exportsOf(link.target);
      if (exported === undefined) return [];
      return link.interfaces.flatMap((each, index): ImportFinding[] => {
        const id = `${link.namespace}:${link.package}/${each}`;
        const meant = exported.has(id) ? undefined : closestWord(id, exported);
        if (meant === undefined) return [];
        const message = `\`${name}\` has a link to \`${link.target}\` for ${id}, which that does not export: it exports ${meant}`;
        return [{ link, at: wrongWord(id, index, meant), message }];
      });
    }),
  );
}
