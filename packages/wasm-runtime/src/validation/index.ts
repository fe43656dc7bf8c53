export { refusalOf } from './refusal.js';
export {
  createValidation,
  readValidated,
  type Validation,
  type ValidationOptions,
} from './validation.js';
