import { RpcError, type RpcErrorCode, type WitFunction, type WitType } from '@wasmlattice/rpc';
import { httpOutgoingHandler } from '@wasmlattice/rpc/interfaces';
import { jsonToValue, valueToJson } from '@wasmlattice/rpc/json';
import { HttpFailure, type LinkCall } from '@wasmlattice/wasm-runtime/host-functions';
import type { RecordedFailure } from '../file/records.js';

const sent = httpOutgoingHandler.functions[0] as WitFunction;
const httpErrorCode = (sent.result as Extract<WitType, { kind: 'result' }>).err as WitType;

/** Why a call failed, as a record has it. */
export function failureOf(error: unknown): RecordedFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, cause } = error;
  const http = error instanceof HttpFailure ? error : cause instanceof HttpFailure ? cause : undefined;
  return {
    name,
    message,
    ...(error instanceof RpcError && { code: error.code }),
    ...(http !== undefined && { http: valueToJson(httpErrorCode, http.code, 'error-code') }),
  };
}

/** The inverse of {@link failureOf}: the host functions make of it what they made of the failure. */
export function errorFromFailure(
  { name, message, code, http }: RecordedFailure,
  { instance, func }: Pick<LinkCall, 'instance' | 'func'>,
): Error {
  const cause =
    http === undefined
      ? undefined
      : new HttpFailure(jsonToValue(httpErrorCode, http, 'error-code') as HttpFailure['code'], message);
  if (code === undefined) return cause ?? Object.assign(new Error(message), { name });
  const names = { target: '', instance, func: func.name };
  const error = new RpcError(code as RpcErrorCode, names, '', { cause });
  error.message = message;
  return error;
}

/** Why a guest ended, without what differs from run to run. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && 'reason' in error && typeof error.reason === 'string') return error.reason;
  return error instanceof Error ? error.message : String(error);
}
