import type { Codec } from './codec.js';
import { rangeLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';

export const string: Codec = {
  layout: rangeLayout,
  load(cx, address) {
    const { view } = cx.memory;
    return cx.strings.read(cx, view.getUint32(address, true), view.getUint32(address + 4, true));
  },
  store(cx, address, value) {
    const start = write(cx, value);
    const { view } = cx.memory;
    view.setUint32(address, start, true);
    view.setUint32(address + 4, cx.written, true);
  },
  lift: (cx, slot) =>
    cx.strings.read(cx, (cx.flat[slot] as number) >>> 0, (cx.flat[slot + 1] as number) >>> 0),
  lower(cx, slot, value) {
    cx.flat[slot] = write(cx, value) | 0;
    cx.flat[slot + 1] = cx.written | 0;
  },
};

function write(cx: LiftLowerContext, value: unknown): number {
  if (typeof value !== 'string') throw cx.trap(`expected a string, got ${typeof value}`);
  return cx.strings.write(cx, value);
}
