import { defaultLinkName, type LinkInput } from '@wasmlattice/control-interface';

/** What links of one source may have in common that lead to different targets (docs/spec/control-interface.md#6). */
export type LinkSlot = Pick<LinkInput, 'sourceId' | 'name' | 'witNamespace' | 'witPackage'>;

export function isSameSlot(one: LinkSlot, other: LinkSlot): boolean {
  return (
    one.sourceId === other.sourceId &&
    (one.name ?? defaultLinkName) === (other.name ?? defaultLinkName) &&
    one.witNamespace === other.witNamespace &&
    one.witPackage === other.witPackage
  );
}

/** `shop-web wasi:keyvalue (cache)`; the name where it is not the default one. */
export function describeSlot(link: LinkSlot): string {
  const name = link.name === undefined || link.name === defaultLinkName ? '' : ` (${link.name})`;
  return `${link.sourceId} ${link.witNamespace}:${link.witPackage}${name}`;
}
