import { CodecError } from '../codec/codec-error.js';
import { type CallNames, RpcError, type RpcErrorCode } from '../rpc-error.js';
import { HandlerError } from '../serve.js';

/** What the caller learns when a call was handed on to a member of a group that no longer serves it. */
export const memberIsGone = 'the member that this call belongs to is gone, and what it kept with it';

/** What the caller learns of an error that a handler threw, apart from its text. */
export function codeOfHandlerError(error: unknown): HandlerError['code'] | 'peer-failed' {
  return error instanceof HandlerError ? error.code : 'peer-failed';
}

/** The failure of a call of which the peer says why; without a text it says no more than that it failed. */
export function peerFailure(
  { code, text }: { readonly code: RpcErrorCode; readonly text: string },
  call: CallNames,
  options?: ErrorOptions,
): RpcError {
  const told = text === '' ? undefined : text;
  return new RpcError(code, call, told === undefined ? 'the peer failed' : `the peer failed: ${told}`, {
    ...options,
    told,
  });
}

/** Code and text of anything that was thrown. */
export function describeFailure(error: unknown): {
  readonly code: string | undefined;
  readonly text: string;
} {
  if (error instanceof CodecError) return { code: error.code, text: error.message };
  if (error instanceof Error) return { code: undefined, text: error.message || error.name };
  return { code: undefined, text: typeof error === 'string' ? error : 'an error without message' };
}
