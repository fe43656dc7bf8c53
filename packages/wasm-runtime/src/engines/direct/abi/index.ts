export { AbiInstance, type GuestFailure } from './abi-instance.js';
export type { AbiPart } from './abi-part.js';
export { AbiTrap, UnsupportedTypeError } from './abi-trap.js';
export type { CanonOptions, CoreFunction, ResourceOrigin, StringEncoding } from './core-types.js';
export { GuestMemory } from './guest-memory.js';
export { GuestResource } from './guest-resource.js';
export { compileLift, type LiftedFunction, type LiftPlan } from './lift.js';
export { compileLower, type LowerPlan } from './lower.js';
export { bindResourceDrop, bindResourceNew, bindResourceRep } from './resource-builtins.js';
