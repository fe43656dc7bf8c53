import type { CallHeaders } from '@wasmlattice/rpc';

/**
 * On a call: a handle, in hexadecimal, of the instance that the call is for. Says of a call that makes a resource where to make it,
 * and repeats a handle that may be too far behind in the parameters. Other implementations look at no header of this name.
 */
const besideHeader = 'wasmlattice-beside';

/** Handles of other keepers may have any length; ours have 24 bytes. */
const maxBytes = 64;

export function besideHeaders(handle: Uint8Array | undefined): CallHeaders | undefined {
  if (handle === undefined || handle.length > maxBytes) return undefined;
  return { [besideHeader]: Buffer.from(handle).toString('hex') };
}

/** Inverse of {@link besideHeaders}; `undefined` for a call that is for no instance in particular. */
export function besideOf(headers: CallHeaders): Uint8Array | undefined {
  const text = headers[besideHeader];
  if (text === undefined || text.length > maxBytes * 2) return undefined;
  return Buffer.from(text, 'hex');
}
