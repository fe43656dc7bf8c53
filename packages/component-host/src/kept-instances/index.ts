export { besideHeaders, besideOf } from './beside-header.js';
export { ownerTarget } from './handle-bytes.js';
export { KeptInstances } from './kept-instances.js';
