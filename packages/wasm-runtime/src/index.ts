export type {
  CompiledComponent,
  CompileOptions,
  ComponentInstance,
  ComponentTypes,
  Engine,
  HostImport,
  HostImports,
} from './engine.js';
export type { HostInterface, InstanceContext, LinkInvoker } from './host-interface.js';
