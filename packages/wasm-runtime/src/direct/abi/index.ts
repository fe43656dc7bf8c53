export { AbiInstance } from './abi-instance.js';
export { AbiTrap } from './abi-trap.js';
export {
  bindResourceDrop,
  bindResourceNew,
  bindResourceRep,
  compileLift,
  compileLower,
  type LiftedFunction,
  type LiftPlan,
  type LowerPlan,
} from './compile.js';
export type { CanonOptions, CoreFunction, CoreImport, ResourceOrigin, StringEncoding } from './core-types.js';
export { GuestMemory } from './guest-memory.js';
export { GuestResource } from './guest-resource.js';
