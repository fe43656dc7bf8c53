import type { HostInventory, Link } from '@wasmlattice/control-interface';

/** What reads a named config: components, providers and links, in words. Hosts of wasmCloud don't tell it of components. */
export function configUsers(
  name: string,
  inventories: readonly HostInventory[],
  links: readonly Link[],
): string[] {
  const components = inventories.flatMap((each) => each.components);
  const providers = inventories.flatMap((each) => each.providers);
  const uses = ({ config }: { readonly config?: readonly string[] | undefined }): boolean =>
    config?.includes(name) === true;
  return [
    ...new Set([
      ...components.filter(uses).map(({ id }) => `component ${id}`),
      ...providers.filter(uses).map(({ id }) => `provider ${id}`),
      ...links
        .filter(({ sourceConfig, targetConfig }) => [...sourceConfig, ...targetConfig].includes(name))
        .map(({ sourceId, target }) => `the link from ${sourceId} to ${target}`),
    ]),
  ];
}
