import type { RpcErrorCode } from '@wasmlattice/rpc';

/** Whether a call failed as a call, for that reason. By name and code: links may be of another copy of the rpc package. */
export function isRpcError(error: unknown, code: RpcErrorCode): boolean {
  return error instanceof Error && error.name === 'RpcError' && 'code' in error && error.code === code;
}

/** Whether a call failed because nobody listens for the function. */
export function isNotFound(error: unknown): boolean {
  return isRpcError(error, 'not-found');
}
