import type { WitFunction } from '@wasmlattice/rpc';
import type { FunctionType } from '../instantiation.js';

export function namedFunction(name: string, { params, result, async }: FunctionType): WitFunction {
  return { name, params, ...(result !== undefined && { result }), ...(async && { async }) };
}
