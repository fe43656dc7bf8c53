export { readWit, type WitInterfaces } from './read-wit.js';
