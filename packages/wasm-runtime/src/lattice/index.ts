export { type CallHandles, type GuestHandles, InstanceHandles } from './instance-handles.js';
export {
  type LatticeExport,
  type LatticeExports,
  planLatticeExports,
  type RefusedExport,
} from './lattice-exports.js';
export { passesHandles } from './passes-handles.js';
export { dropFunction, isDropFunction } from './remote-resource.js';
export { visitHandles } from './visit-handles.js';
export type { WireForm } from './wire-form.js';
