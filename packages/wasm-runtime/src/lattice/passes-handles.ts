import type { WitFunction, WitType } from '@wasmlattice/rpc';

/** Whether a function takes or returns resource handles, streams or futures: what has an identity in one instance. */
export function passesHandles({ params, result }: WitFunction): boolean {
  return [...params.map(({ type }) => type), ...(result ? [result] : [])].some(mentionsHandle);
}

function mentionsHandle(type: WitType): boolean {
  switch (type.kind) {
    case 'own':
    case 'borrow':
    case 'stream':
    case 'future':
    case 'error-context':
      return true;
    case 'list':
    case 'fixed-list':
      return mentionsHandle(type.element);
    case 'map':
      return mentionsHandle(type.value);
    case 'option':
      return mentionsHandle(type.some);
    case 'result':
      return [type.ok, type.err].some((part) => part !== undefined && mentionsHandle(part));
    case 'tuple':
      return type.items.some(mentionsHandle);
    case 'record':
      return type.fields.some((field) => mentionsHandle(field.type));
    case 'variant':
      return type.cases.some((item) => item.type !== undefined && mentionsHandle(item.type));
    default:
      return false;
  }
}
