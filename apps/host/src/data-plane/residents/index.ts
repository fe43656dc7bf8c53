export { HandleError, TooManyHandlesError } from './errors.js';
export { ownerTarget } from './handle-bytes.js';
export { Residents, type ResidentsOptions } from './residents.js';
