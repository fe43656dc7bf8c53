/** A core value type, as far as the canonical ABI uses them. */
export type CoreType = 'i32' | 'i64' | 'f32' | 'f64';

/** How addresses of a memory are passed. */
export type Pointer = 'i32' | 'i64';

/** How a type lies in memory, and which core values it is passed as. */
export interface Layout {
  readonly size: number;
  readonly align: number;
  /** Not all of them once there are more than {@link maxFlatParams}: such a type is never passed flat. */
  readonly flat: readonly CoreType[];
}

/** Values that follow one another: the fields of a record, the parameters of a function. */
export interface SequenceLayout extends Layout {
  readonly offsets: readonly number[];
  /** Position of each member's first core value. */
  readonly slots: readonly number[];
}

export interface VariantLayout extends Layout {
  readonly discriminantSize: 1 | 2 | 4;
  readonly payloadOffset: number;
}

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flattening
export const maxFlatParams = 16;
/** Of functions that are lowered with the option `async`. */
export const maxFlatAsyncParams = 4;
export const maxFlatResults = 1;

export function scalarLayout(size: 1 | 2 | 4 | 8, flat: CoreType): Layout {
  return { size, align: size, flat: [flat] };
}

/** Pointer and length: strings and lists. */
export const rangeLayouts: Readonly<Record<Pointer, Layout>> = {
  i32: { size: 8, align: 4, flat: ['i32', 'i32'] },
  i64: { size: 16, align: 8, flat: ['i64', 'i64'] },
};

export function sequenceLayout(members: readonly Layout[]): SequenceLayout {
  let size = 0;
  let align = 1;
  const flat: CoreType[] = [];
  const offsets: number[] = [];
  const slots: number[] = [];
  for (const member of members) {
    size = alignTo(size, member.align);
    offsets.push(size);
    slots.push(flat.length);
    size += member.size;
    align = Math.max(align, member.align);
    if (flat.length <= maxFlatParams) flat.push(...member.flat);
  }
  return { size: alignTo(size, align), align, flat, offsets, slots };
}

/** As many values of one type as `count` says. */
export function repeatedLayout({ size, align, flat }: Layout, count: number): Layout {
  // What is never passed flat need not be written out.
  const times = Math.min(count, Math.floor(maxFlatParams / Math.max(1, flat.length)) + 1);
  return { size: size * count, align, flat: Array.from({ length: times }, () => flat).flat() };
}

export function variantLayout(cases: readonly (Layout | undefined)[]): VariantLayout {
  const discriminantSize = cases.length <= 0x100 ? 1 : cases.length <= 0x1_0000 ? 2 : 4;
  let payloadAlign = 1;
  let payloadSize = 0;
  const payload: CoreType[] = [];
  for (const layout of cases) {
    if (layout === undefined) continue;
    payloadAlign = Math.max(payloadAlign, layout.align);
    payloadSize = Math.max(payloadSize, layout.size);
    for (const [i, type] of layout.flat.entries()) payload[i] = join(payload[i] ?? type, type);
  }
  const align = Math.max(discriminantSize, payloadAlign);
  const payloadOffset = alignTo(discriminantSize, payloadAlign);
  return {
    discriminantSize,
    payloadOffset,
    align,
    size: alignTo(payloadOffset + payloadSize, align),
    flat: ['i32', ...payload],
  };
}

/** Flags are bits of one integer, of several i32 beyond 32 flags. */
export function flagsLayout(count: number): Layout {
  if (count <= 8) return { size: 1, align: 1, flat: ['i32'] };
  if (count <= 16) return { size: 2, align: 2, flat: ['i32'] };
  const words = Math.ceil(count / 32);
  return { size: 4 * words, align: 4, flat: Array.from({ length: words }, () => 'i32' as const) };
}

/** The narrowest type that holds both. */
function join(a: CoreType, b: CoreType): CoreType {
  if (a === b) return a;
  return (a === 'i32' && b === 'f32') || (a === 'f32' && b === 'i32') ? 'i32' : 'i64';
}

function alignTo(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}
