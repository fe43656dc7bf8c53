export { WitPackages } from '../formats/wit/index.js';
export { DeclaredMembers } from './declared-members.js';
export {
  exactly,
  type GuestSecret,
  type HostInterface,
  type HostMembers,
  type InstanceContext,
  type LinkCall,
  type LinkInvoker,
  type ServedVersions,
  wasi02,
  wasi03,
} from './host-interface.js';
export {
  CallerGoneError,
  ForwardedRequest,
  forwardResponse,
  type HandlerOutcome,
  type HttpExchange,
  HttpFailure,
  type HttpRequestHead,
  type HttpResponder,
  type HttpResponseHead,
  type IncomingHandlerCall,
  incomingHandlerExport,
  invokeIncomingHandler,
  statusOf,
  WireExchange,
} from './wasi/http/index.js';
export { hostInterfaces, unavailableInterfaces } from './wasi/index.js';
export {
  type ByteSink,
  type ByteSource,
  latin1Text,
  ReadableSource,
  type Readiness,
  WritableSink,
} from './wasi/io/index.js';
export { invokeWatcher, type KeyvalueChange, watcherExport } from './wasi/keyvalue/watcher.js';
export { invokeMessageHandler, messageHandlerExport } from './wasmcloud/messaging/incoming-handler.js';
