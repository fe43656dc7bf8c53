import { camelCase, memberOf, type WitType } from '@wasmlattice/rpc';
import { hasNoJson } from '../file/has-no-json.js';

/** Takes all that streams and futures in a value give, as whoever is called would; never rejects. */
export async function drainValue(type: WitType, value: unknown): Promise<void> {
  if (!hasNoJson(type) || value === undefined || value === null) return;
  const all = (parts: readonly Promise<void>[]): Promise<void> => Promise.all(parts).then(() => {});
  switch (type.kind) {
    case 'stream':
      try {
        for await (const _ of value as AsyncIterable<unknown>);
      } catch {
        // Its failure is recorded where it is watched.
      }
      return;
    case 'future':
      try {
        const settled = await (value as Promise<unknown>);
        if (type.value !== undefined) await drainValue(type.value, settled);
      } catch {
        // As that of a stream.
      }
      return;
    case 'list':
    case 'fixed-list':
      return await all([...(value as Iterable<unknown>)].map((item) => drainValue(type.element, item)));
    case 'option':
      return await drainValue(
        type.some,
        type.some.kind === 'option' ? (value as { readonly val?: unknown }).val : value,
      );
    case 'tuple':
      return await all(type.items.map((item, at) => drainValue(item, (value as readonly unknown[])[at])));
    case 'record':
      return await all(
        type.fields.map((field) => drainValue(field.type, memberOf(value as object, camelCase(field.name)))),
      );
    case 'result': {
      const { tag, val } = value as { readonly tag: 'ok' | 'err'; readonly val?: unknown };
      const payload = type[tag];
      if (payload !== undefined) await drainValue(payload, val);
      return;
    }
    case 'variant': {
      const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      if (payload !== undefined) await drainValue(payload, val);
    }
  }
}
