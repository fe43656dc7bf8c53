export { MalformedModuleError } from './errors.js';
export { inspectModule, type ModuleFacts } from './inspect-module.js';
export { limitMemories } from './limit-memories.js';
export { type RewrittenModule, rewriteModule, type SizeImport } from './rewrite-module.js';
