import type { WitType } from '@wasmlattice/rpc';
import type { BuiltinNode, CanonOptionsNode, CoreSort, ValTypeNode } from '../binary/nodes.js';
import { InvalidComponentError } from '../errors.js';
import type { AsyncBuiltin, CoreItem, CoreOptions, EndType } from '../instantiation.js';

/** What the immediates of a built-in refer to. */
export interface BuiltinLookUp {
  type(ref: ValTypeNode): WitType;
  core(sort: CoreSort, index: number): CoreItem;
  options(node: CanonOptionsNode): CoreOptions;
}

/**
 * @param offset where the built-in is defined
 * @throws InvalidComponentError for a type that is no stream or future where it has to be one
 */
export function resolveBuiltin(node: BuiltinNode, offset: number, lookUp: BuiltinLookUp): AsyncBuiltin {
  switch (node.name) {
    case 'task.return': {
      const { name, result } = node;
      return {
        name,
        result: result === undefined ? undefined : lookUp.type(result),
        options: lookUp.options(node.options),
      };
    }
    case 'waitable-set.wait':
    case 'waitable-set.poll':
      return { ...node, memory: lookUp.core('memory', node.memory) };
    case 'error-context.new':
    case 'error-context.debug-message':
      return { ...node, options: lookUp.options(node.options) };
    case 'thread.new-indirect':
      return { ...node, table: lookUp.core('table', node.table) };
    case 'stream.new':
    case 'stream.drop-readable':
    case 'stream.drop-writable':
    case 'future.new':
    case 'future.drop-readable':
    case 'future.drop-writable':
      return { ...node, type: endType(node, offset, lookUp) };
    case 'stream.read':
    case 'stream.write':
    case 'future.read':
    case 'future.write':
      return { ...node, type: endType(node, offset, lookUp), options: lookUp.options(node.options) };
    case 'stream.cancel-read':
    case 'stream.cancel-write':
    case 'future.cancel-read':
    case 'future.cancel-write':
      return { ...node, type: endType(node, offset, lookUp) };
    default:
      return node;
  }
}

function endType(
  { name, type: index }: Extract<BuiltinNode, { readonly type: number }>,
  offset: number,
  lookUp: BuiltinLookUp,
): EndType {
  const type = lookUp.type(index);
  if ((type.kind === 'stream' || type.kind === 'future') && name.startsWith(type.kind)) return type;
  throw new InvalidComponentError(
    `expected a ${name.split('.')[0]} for ${name}, found a ${type.kind}`,
    offset,
  );
}
