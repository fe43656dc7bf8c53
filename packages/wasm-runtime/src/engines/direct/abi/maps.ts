import type { Codec } from './codec.js';

/** Keys that come again replace what came before. */
export function mapCodec(entries: Codec): Codec {
  return {
    layout: entries.layout,
    load: (cx, address) => new Map(entries.load(cx, address) as [unknown, unknown][]),
    store: (cx, address, value) => entries.store(cx, address, value instanceof Map ? [...value] : value),
    lift: (cx, slot) => new Map(entries.lift(cx, slot) as [unknown, unknown][]),
    lower: (cx, slot, value) => entries.lower(cx, slot, value instanceof Map ? [...value] : value),
  };
}
