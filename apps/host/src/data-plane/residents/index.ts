export { ownerTarget } from './handle-bytes.js';
export { Residents } from './residents.js';
