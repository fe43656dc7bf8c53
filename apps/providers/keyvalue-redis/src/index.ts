export { createKeyvalueProvider } from './keyvalue-provider.js';
