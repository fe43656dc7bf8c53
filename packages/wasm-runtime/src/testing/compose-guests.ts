import { encodeName, leb } from '../formats/core-module/encode.js';

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const sections = { component: 4, instance: 5, alias: 6, export: 11 } as const;
const instanceSort = 0x05;

/**
 * A component of two, as tools that compose components make it: the second gets an interface that the first exports, and nothing else is
 * imported.
 *
 * @param shared id of that interface
 * @param exported id of the interface that the second one exports, and the whole
 */
export function composeGuests(
  provider: Uint8Array,
  consumer: Uint8Array,
  { shared, exported }: { readonly shared: string; readonly exported: string },
): Uint8Array {
  const alias = (instance: number, name: string): number[] => [
    instanceSort,
    0x00,
    ...leb(instance),
    ...encodeName(name),
  ];
  return Buffer.concat([
    Uint8Array.from(preamble),
    section(sections.component, provider),
    section(sections.component, consumer),
    list(sections.instance, [[0x00, 0, 0]]),
    list(sections.alias, [alias(0, shared)]),
    list(sections.instance, [[0x00, 1, 1, ...encodeName(shared), instanceSort, 1]]),
    list(sections.alias, [alias(2, exported)]),
    list(sections.export, [[0x00, ...encodeName(exported), instanceSort, 3, 0x00]]),
  ]);
}

function list(id: number, items: readonly (readonly number[])[]): Uint8Array {
  return section(id, Uint8Array.from([...leb(items.length), ...items.flat()]));
}

function section(id: number, contents: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([id, ...leb(contents.length)]), contents]);
}
