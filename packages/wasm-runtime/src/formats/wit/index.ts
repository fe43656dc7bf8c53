export { WitPackages } from './wit-packages.js';
