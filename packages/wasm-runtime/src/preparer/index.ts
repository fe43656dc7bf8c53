export { PreparerClosedError, PrepareThreadError } from './errors.js';
export { createPreparer, type PrepareRequest, type Preparer, type PreparerOptions } from './preparer.js';
