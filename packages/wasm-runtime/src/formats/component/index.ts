export {
  decodeComponent,
  decodeInstantiation,
  decodeNamedTypes,
  type NamedComponentTypes,
  type NamedType,
} from './decode-component.js';
export { type BinaryKind, detectBinary } from './detect-binary.js';
export { InvalidComponentError } from './errors.js';
export { findFunction, findInterface } from './find-interface.js';
export type {
  AsyncBuiltin,
  CoreInstance,
  CoreItem,
  CoreOptions,
  DefinedResource,
  EndType,
  ExportedFunction,
  FunctionType,
  ImportedFunction,
  InstantiatedPart,
  Instantiation,
  Lift,
  LoweredItem,
} from './instantiation.js';
export { skeletonOf } from './skeleton.js';
export { namedFunction } from './types/named-function.js';
export { childTypes } from './types/walk.js';
