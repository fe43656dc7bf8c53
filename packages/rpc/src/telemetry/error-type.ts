import { RpcError } from '../rpc-error.js';

/**
 * The class of a failure in one word, for the attribute `error.type` of spans and metrics: the code of an `RpcError`
 * (`not-found`, `timeout`, `peer-failed`, …), else the error's name.
 */
export function errorType(error: unknown): string {
  if (error instanceof RpcError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
