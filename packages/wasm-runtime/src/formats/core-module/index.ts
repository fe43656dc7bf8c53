export { MalformedModuleError, UnsupportedModuleError } from './errors.js';
export { limitModule } from './limit-module.js';
export {
  type ActiveData,
  type OwnMemory,
  type RewrittenModule,
  rewriteModule,
} from './rewrite-module.js';
export { countDefinitions, type Definitions } from './sections.js';
export { type SplitModule, splitData } from './split-data.js';
