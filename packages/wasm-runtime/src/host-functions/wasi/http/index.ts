export { type ErrorCode, errorCodeOf, HttpFailure, statusOf } from './error-code.js';
export type {
  HeaderLines,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
  HttpResponseHead,
} from './http-exchange.js';
export {
  type HandlerOutcome,
  type IncomingHandlerCall,
  incomingHandlerExport,
  invokeIncomingHandler,
} from './incoming-handler.js';
export { httpInterfaces } from './interfaces.js';
export { forwardResponse } from './wire/forward-response.js';
export { ForwardedRequest } from './wire/forwarded-request.js';
export { CallerGoneError, WireExchange } from './wire/wire-exchange.js';
