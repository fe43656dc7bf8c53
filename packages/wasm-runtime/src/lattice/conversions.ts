import { camelCase, memberOf, type WitType } from '@wasmlattice/rpc';
import type { InputStream, Pollable } from '../host-functions/wasi/io/index.js';
import type { HandleEnds, NativeStream } from './handle-ends.js';
import type { HandleForms } from './handle-forms.js';

/** A function has no form on the wire; the message says what stands in the way. */
export class NoWireFormError extends Error {
  override readonly name = 'NoWireFormError';
}

/** Whether a value goes from a guest to the wire or the other way. */
export type Direction = 'give' | 'take';

type Convert = (value: unknown, ends: HandleEnds) => unknown;

/** A type on the wire, and how its values get there. */
export interface Conversion {
  readonly wire: WitType;
  /** Absent for a type without handles: its values go unchanged. */
  readonly convert?: Convert;
}

const bytes: WitType = { kind: 'stream', element: { kind: 'u8' } };
const signal: WitType = { kind: 'future' };

/** @throws NoWireFormError */
export function conversionOf(type: WitType, way: Direction, forms: HandleForms): Conversion {
  const inner = (part: WitType): Conversion => conversionOf(part, way, forms);
  switch (type.kind) {
    case 'own':
    case 'borrow':
      return handleConversion(type, way, forms);
    case 'stream':
      return streamConversion(type, way, forms);
    case 'future':
      return futureConversion(type, way, forms);
    case 'error-context':
      throw new NoWireFormError('an error-context has no form on the wire; pass a text instead');
    case 'list': {
      const { wire, convert } = inner(type.element);
      if (!convert) return { wire: type };
      return {
        wire: { kind: 'list', element: wire },
        convert: (value, ends) => (value as unknown[]).map((item) => convert(item, ends)),
      };
    }
    case 'fixed-list':
      throw new NoWireFormError('a list of a fixed length has no form on the wire; pass a list without one');
    case 'map': {
      const { wire, convert } = inner(type.value);
      if (!convert) return { wire: type };
      return {
        wire: { kind: 'map', key: type.key, value: wire },
        convert: (value, ends) =>
          [...(value as Iterable<readonly [unknown, unknown]>)].map(([key, item]) => [
            key,
            convert(item, ends),
          ]),
      };
    }
    case 'option':
      return optionConversion(type, inner(type.some));
    case 'tuple': {
      const items = type.items.map(inner);
      if (!items.some(({ convert }) => convert)) return { wire: type };
      return {
        wire: { kind: 'tuple', items: items.map(({ wire }) => wire) },
        convert: (value, ends) =>
          (value as unknown[]).map((item, i) => {
            const convert = items[i]?.convert;
            return convert ? convert(item, ends) : item;
          }),
      };
    }
    case 'record':
      return recordConversion(
        type,
        type.fields.map((field) => inner(field.type)),
      );
    case 'result': {
      const ok = type.ok && inner(type.ok);
      const err = type.err && inner(type.err);
      if (!ok?.convert && !err?.convert) return { wire: type };
      return {
        wire: { kind: 'result', ...(ok && { ok: ok.wire }), ...(err && { err: err.wire }) },
        convert: taggedConversion(
          new Map([
            ['ok', ok?.convert],
            ['err', err?.convert],
          ]),
        ),
      };
    }
    case 'variant': {
      const payloads = type.cases.map((witCase) => witCase.type && inner(witCase.type));
      if (!payloads.some((payload) => payload?.convert)) return { wire: type };
      return {
        wire: {
          kind: 'variant',
          cases: type.cases.map(({ name }, i) => ({
            name,
            ...(payloads[i] && { type: payloads[i].wire }),
          })),
        },
        convert: taggedConversion(new Map(type.cases.map(({ name }, i) => [name, payloads[i]?.convert]))),
      };
    }
    default:
      return { wire: type };
  }
}

/** A stream of the component model itself. */
function streamConversion(
  type: Extract<WitType, { kind: 'stream' }>,
  way: Direction,
  forms: HandleForms,
): Conversion {
  const isBytes = type.element?.kind === 'u8';
  if (type.element && conversionOf(type.element, way, forms).convert) {
    throw new NoWireFormError(
      'it passes a native stream of handles; pass a list of them, or a stream of their content',
    );
  }
  return {
    wire: type,
    convert:
      way === 'give'
        ? (value, ends) => ends.giveNativeStream(value as NativeStream, isBytes)
        : (value, ends) => ends.takeNativeStream(value as AsyncIterable<Iterable<unknown>>, isBytes),
  };
}

/** A future of the component model itself. */
function futureConversion(
  type: Extract<WitType, { kind: 'future' }>,
  way: Direction,
  forms: HandleForms,
): Conversion {
  if (type.value && conversionOf(type.value, way, forms).convert) {
    throw new NoWireFormError('it passes a native future of a handle; return the handle itself');
  }
  return {
    wire: type,
    convert: way === 'give' ? (value, ends) => ends.giveNativeFuture(value) : (value) => value,
  };
}

function handleConversion(
  type: Extract<WitType, { kind: 'own' | 'borrow' }>,
  way: Direction,
  forms: HandleForms,
): Conversion {
  const { resource } = type;
  const owned = type.kind === 'own';
  const form = forms(resource);
  switch (form.kind) {
    case 'none':
      throw new NoWireFormError(form.reason);
    case 'input-stream':
      if (way === 'take') {
        return { wire: bytes, convert: (value, ends) => ends.takeStream(value as AsyncIterable<Uint8Array>) };
      }
      if (!owned) {
        throw new NoWireFormError(
          'it lends an input-stream, and what was sent ahead of its reader could not be given back; pass it as own',
        );
      }
      return { wire: bytes, convert: (value, ends) => ends.giveStream(value as InputStream) };
    case 'pollable':
      return {
        wire: signal,
        convert:
          way === 'give'
            ? (value, ends) => ends.givePollable(value as Pollable)
            : (value, ends) => ends.takePollable(value as Promise<unknown>),
      };
    case 'remote':
      return {
        wire: type,
        convert:
          way === 'give'
            ? (value, ends) => ends.giveRemote(value, owned)
            : (value, ends) => ends.takeRemote(resource, value as Uint8Array, owned),
      };
    case 'guest':
      return {
        wire: type,
        convert:
          way === 'give'
            ? (value, ends) => ends.giveGuest(resource, value)
            : (value, ends) => ends.takeGuest(resource, value as Uint8Array, owned),
      };
  }
}

function optionConversion(
  type: Extract<WitType, { kind: 'option' }>,
  { wire, convert }: Conversion,
): Conversion {
  if (!convert) return { wire: type };
  return {
    wire: { kind: 'option', some: wire },
    convert:
      // An option directly inside an option is tagged.
      type.some.kind === 'option'
        ? taggedConversion(new Map([['some', convert]]))
        : (value, ends) => (value === undefined ? undefined : convert(value, ends)),
  };
}

function recordConversion(
  type: Extract<WitType, { kind: 'record' }>,
  conversions: readonly Conversion[],
): Conversion {
  if (!conversions.some(({ convert }) => convert)) return { wire: type };
  const converts = conversions.flatMap(({ convert }, i) =>
    convert ? [[camelCase(type.fields[i]?.name ?? ''), convert] as const] : [],
  );
  return {
    wire: {
      kind: 'record',
      fields: type.fields.map(({ name }, i) => ({ name, type: (conversions[i] as Conversion).wire })),
    },
    convert: (value, ends) => {
      const converted: Record<string, unknown> = { ...(value as Record<string, unknown>) };
      for (const [key, convert] of converts) converted[key] = convert(memberOf(converted, key), ends);
      return converted;
    },
  };
}

/** Converts the payload of `{ tag, val }` by its tag. */
function taggedConversion(byTag: ReadonlyMap<string, Convert | undefined>): Convert {
  return (value, ends) => {
    const tagged = value as { readonly tag: string; readonly val?: unknown };
    const convert = byTag.get(tagged.tag);
    return convert ? { tag: tagged.tag, val: convert(tagged.val, ends) } : value;
  };
}
