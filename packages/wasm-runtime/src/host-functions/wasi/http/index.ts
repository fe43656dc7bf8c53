export { type ErrorCode, errorCodeOf, HttpFailure, statusOf } from './error-code.js';
export type { HandlerOutcome, IncomingHandlerCall } from './guest-answer.js';
export type {
  HeaderLines,
  HttpExchange,
  HttpRequestHead,
  HttpResponder,
  HttpResponseHead,
} from './http-exchange.js';
export { incomingHandlerExport, invokeIncomingHandler } from './incoming-handler.js';
export { httpInterfaces } from './interfaces.js';
export { http03Interfaces } from './wasi03/interfaces.js';
export { forwardResponse } from './wire/forward-response.js';
export { ForwardedRequest } from './wire/forwarded-request.js';
export { CallerGoneError, WireExchange } from './wire/wire-exchange.js';
