export {
  createValidation,
  readValidated,
  type Validation,
  type ValidationOptions,
  validatedBefore,
} from './validation.js';
