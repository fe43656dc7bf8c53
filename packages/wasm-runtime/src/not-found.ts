/** Whether a call failed because nobody listens for the function. By name and code: links may be of another copy of the rpc package. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'RpcError' && 'code' in error && error.code === 'not-found';
}
