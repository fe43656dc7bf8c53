export type { CallHeaders, Invocation, Invoker } from './invoke.js';
export type { CallContext, CallHandler, ServedFunction, ServedHandle, Server } from './serve.js';
export type {
  PrimitiveKind,
  WitCase,
  WitField,
  WitFunction,
  WitInterface,
  WitResource,
  WitType,
} from './types.js';
