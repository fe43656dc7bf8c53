export { besideHeaders, besideOf } from './beside-header.js';
export { createOwner, ownerTarget } from './handle-bytes.js';
export { askHolder, holderHeaders, serveHolder } from './holder.js';
export { KeptInstances } from './kept-instances.js';
