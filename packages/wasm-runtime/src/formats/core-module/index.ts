export { MalformedModuleError } from './errors.js';
export { inspectModule, type ModuleFacts } from './inspect-module.js';
export { limitModule, maxTableElements } from './limit-module.js';
export { type RewrittenModule, rewriteModule, type SizeImport } from './rewrite-module.js';
export { countDefinitions, type Definitions } from './sections.js';
