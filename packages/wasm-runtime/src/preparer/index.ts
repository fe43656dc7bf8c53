export { PreparerClosedError, PrepareThreadError } from './errors.js';
export { prepareForHost } from './prepare-for-host.js';
export { createPreparer, type PrepareRequest, type Preparer, type PreparerOptions } from './preparer.js';
