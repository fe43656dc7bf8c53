export {
  type Err,
  err,
  func,
  type InterfaceMethods,
  type MethodsOf,
  type Ok,
  ok,
  type ParamList,
  type ParamsOf,
  type Result,
  type ResultOf,
  type TypedFunction,
  type TypedInterface,
  type TypedWit,
  t,
  type ValueOf,
  type WitTypeBuilders,
  witInterface,
} from './builders.js';
export {
  CodecError,
  type CodecErrorCode,
  type CodecLimits,
  decode,
  defaultCodecLimits,
  encode,
  peekParams,
} from './codec/index.js';
export { formatFunction, formatType } from './format-type.js';
export type { CallHeaders, Invocation, Invoker } from './invoke.js';
export { entryOf } from './map-entry.js';
export {
  type CamelCase,
  camelCase,
  isNameOfEveryObject,
  type MethodName,
  memberOf,
  methodName,
  type WireName,
  wireName,
} from './names.js';
export { type CallNames, RpcError, type RpcErrorCode, type RpcErrorOptions } from './rpc-error.js';
export {
  type CallContext,
  type CallHandler,
  type Forwarding,
  HandlerError,
  type OfferedCall,
  type ServedFunction,
  type ServedHandle,
  type Server,
  type ServerClose,
} from './serve.js';
export {
  type ClientOptions,
  call,
  createClient,
  type Implementation,
  type ServeInterfaceOptions,
  serveInterface,
  type TypedInvocation,
} from './typed.js';
export type {
  PrimitiveKind,
  ResourceAlias,
  WitCase,
  WitField,
  WitFunction,
  WitInterface,
  WitResource,
  WitType,
} from './types.js';
export { WholeFuture } from './whole-future.js';
