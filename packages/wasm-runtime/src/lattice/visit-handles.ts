import { camelCase, memberOf, type WitResource, type WitType } from '@wasmlattice/rpc';

/** Calls `visit` for each resource handle in a value, in the order they are on the wire. */
export function visitHandles(
  type: WitType,
  value: unknown,
  visit: (resource: WitResource, handle: unknown) => void,
): void {
  switch (type.kind) {
    case 'own':
    case 'borrow':
      visit(type.resource, value);
      return;
    case 'list':
    case 'fixed-list':
      for (const item of value as Iterable<unknown>) visitHandles(type.element, item, visit);
      return;
    case 'map':
      for (const [, item] of value as Iterable<readonly [unknown, unknown]>)
        visitHandles(type.value, item, visit);
      return;
    case 'option':
      visitOption(type.some, value, visit);
      return;
    case 'tuple':
      for (const [i, item] of type.items.entries()) visitHandles(item, (value as unknown[])[i], visit);
      return;
    case 'record': {
      for (const { name, type: field } of type.fields) {
        visitHandles(field, memberOf(value as object, camelCase(name)), visit);
      }
      return;
    }
    case 'result': {
      const { tag, val } = value as Tagged;
      const payload = tag === 'ok' ? type.ok : type.err;
      if (payload !== undefined) visitHandles(payload, val, visit);
      return;
    }
    case 'variant': {
      const { tag, val } = value as Tagged;
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      if (payload !== undefined) visitHandles(payload, val, visit);
      return;
    }
    default:
      // A handle in a stream or a future arrives later than the call.
      return;
  }
}

interface Tagged {
  readonly tag: string;
  readonly val?: unknown;
}

/** An option directly inside an option is tagged. */
function visitOption(
  some: WitType,
  value: unknown,
  visit: (resource: WitResource, handle: unknown) => void,
): void {
  if (some.kind === 'option') {
    const { tag, val } = value as Tagged;
    if (tag === 'some') visitHandles(some, val, visit);
  } else if (value !== undefined) {
    visitHandles(some, value, visit);
  }
}
