import { readFile } from 'node:fs/promises';
import { checkExports, checkImports, type ManifestLink, pathOfImage } from '@wasmlattice/applications';
import type { HostInventory, Link } from '@wasmlattice/control-interface';
import { type ComponentTypesReader, createComponentTypesReader } from '@wasmlattice/wasm-runtime/engines';
import { type LinkedInterfaces, linkedInterfaces } from '../applications/linked-interfaces.js';
import { startsLikeComponent } from '../component-magic.js';

/**
 * Says what a link is for and the code of its ends is not, where that code is a file of this machine: an interface that the source does
 * not import, or one that looks like one that the target exports. Empty where no code is at hand.
 *
 * @param inventories what runs
 */
export async function linkSlips(link: Link, inventories: readonly HostInventory[]): Promise<string[]> {
  await using reader = createComponentTypesReader();
  const interfacesOf = (id: string): Promise<LinkedInterfaces | undefined> =>
    interfacesOfRunning(reader, id, inventories);
  const source = await interfacesOf(link.sourceId);
  const target = await interfacesOf(link.target);
  const given = { name: link.sourceId, links: [asInManifest(link)] };
  const { refusals, warnings } =
    source === undefined ? { refusals: [], warnings: [] } : checkImports(given, source.imports);
  const slips = checkExports([given], () => target?.exports);
  return [...refusals, ...warnings, ...slips].map(({ message }) => message);
}

async function interfacesOfRunning(
  reader: ComponentTypesReader,
  id: string,
  inventories: readonly HostInventory[],
): Promise<LinkedInterfaces | undefined> {
  const running = inventories.flatMap(({ components }) => components).find((each) => each.id === id);
  const path = running && pathOfImage(running.imageRef);
  if (path === undefined) return undefined;
  try {
    const bytes = await readFile(path);
    return startsLikeComponent(bytes) ? await linkedInterfaces(reader, bytes, id) : undefined;
  } catch {
    // A file of another machine, or one that was changed meanwhile: its host knows.
    return undefined;
  }
}

function asInManifest({ name, target, witNamespace, witPackage, interfaces }: Link): ManifestLink {
  const configs = { sourceConfig: [], targetConfig: [] };
  return { name, target, namespace: witNamespace, package: witPackage, interfaces, ...configs };
}
