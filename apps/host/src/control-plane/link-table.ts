import type { LinkRow } from '@wasmlattice/component-host';
import type { DeleteLinkCommand, Link } from '@wasmlattice/control-interface';
import { linkKey } from '@wasmlattice/provider-host/protocol';

/**
 * Import table of a component: one row for each interface of each of its links
 * (docs/spec/lattice-data.md#5.1).
 */
export function linkRows(links: readonly Link[]): LinkRow[] {
  return links.flatMap((link) =>
    link.interfaces.map((iface) => ({
      linkName: link.name,
      instance: `${link.witNamespace}:${link.witPackage}/${iface}`,
      target: link.target,
    })),
  );
}

/**
 * The link that stands against `link`: same source, namespace, package and name, a common interface, another
 * target (docs/spec/control-interface.md#6).
 */
export function conflictingLink(links: readonly Link[], link: Link): Link | undefined {
  return links.find(
    (known) =>
      sameSlot(known, link) &&
      known.target !== link.target &&
      known.interfaces.some((iface) => link.interfaces.includes(iface)),
  );
}

/** The links after `link` was put: in the place of the one with the same identity, else at the end. */
export function withLink(links: readonly Link[], link: Link): Link[] {
  const index = links.findIndex((known) => sameSlot(known, link) && known.target === link.target);
  return index < 0 ? [...links, link] : links.with(index, link);
}

/** What links may have in common that lead to different targets. */
type LinkSlot = Pick<Link, 'sourceId' | 'name' | 'witNamespace' | 'witPackage'>;

/** The first link that a deletion means and the links without it; `removed` is absent when there is none. */
export function withoutLink(
  links: readonly Link[],
  deletion: DeleteLinkCommand,
): { readonly removed?: Link; readonly rest: readonly Link[] } {
  const { target } = deletion;
  const index = links.findIndex(
    (known) => sameSlot(known, deletion) && (target === undefined || known.target === target),
  );
  const removed = links[index];
  return removed === undefined ? { rest: links } : { removed, rest: links.toSpliced(index, 1) };
}

/** Links of `next` that are not deep-equal to one of `previous`: those are delivered to providers. */
export function newLinks(previous: readonly Link[], next: readonly Link[]): Link[] {
  // Most are the same objects: reading thousands for each that is put takes its time.
  const [before, after] = [new Set(previous), new Set(next)];
  const known = new Set(previous.filter((link) => !after.has(link)).map(contentOf));
  return next.filter((link) => !before.has(link) && !known.has(contentOf(link)));
}

/** Links of `previous` whose slot and target `next` no longer has. */
export function goneLinks(previous: readonly Link[], next: readonly Link[]): Link[] {
  const same = new Set(next);
  const changed = previous.filter((link) => !same.has(link));
  if (changed.length === 0) return [];
  const stays = new Set(next.map(linkKey));
  return changed.filter((link) => !stays.has(linkKey(link)));
}

function sameSlot(a: LinkSlot, b: LinkSlot): boolean {
  return (
    a.sourceId === b.sourceId &&
    a.name === b.name &&
    a.witNamespace === b.witNamespace &&
    a.witPackage === b.witPackage
  );
}

/** Every field in a fixed order, so that equal links have equal keys. */
function contentOf(link: Link): string {
  return JSON.stringify([
    link.sourceId,
    link.target,
    link.name,
    link.witNamespace,
    link.witPackage,
    link.interfaces,
    link.sourceConfig,
    link.targetConfig,
  ]);
}
