import type { ControlClient, LinkInput } from '@wasmlattice/control-interface';

/** A link from one of `sources` components to a target of its own. */
export function numberedLink(number: number, sources: number): LinkInput {
  return {
    sourceId: `source-${number % sources}`,
    target: `target-${number}`,
    name: `link-${number}`,
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
  };
}

/** Puts so many links, `atOnce` at a time; resolves to the seconds it took. */
export async function putLinks(
  control: ControlClient,
  options: { readonly count: number; readonly sources: number; readonly atOnce: number },
): Promise<number> {
  const { count, sources, atOnce } = options;
  const from = performance.now();
  let next = 0;
  const putter = async (): Promise<void> => {
    while (next < count) await control.putLink(numberedLink(next++, sources));
  };
  await Promise.all(Array.from({ length: atOnce }, putter));
  return (performance.now() - from) / 1_000;
}
