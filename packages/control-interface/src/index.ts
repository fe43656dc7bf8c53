export {
  type Answer,
  type ControlContext,
  type ControlHandlers,
  type Failed,
  failed,
  type Ok,
  type OptionalAnswer,
  ok,
  type Silent,
  silent,
} from './handlers.js';
