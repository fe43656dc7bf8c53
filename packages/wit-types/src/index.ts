export { joinWit } from './document/join-wit.js';
export { readWitFolder, type WitFolder, type WitPackage } from './document/wit-folder.js';
export { typeName } from './emit/identifiers.js';
export { writeModule } from './emit/write-module.js';
export { WitError } from './errors.js';
export { functionsOf, typesOf, type WorldFunction } from './functions-of.js';
export { readWorld, type World, worldOf } from './read-world.js';
