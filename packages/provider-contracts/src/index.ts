export { type KeyvalueContractOptions, keyvalueContract } from './keyvalue/keyvalue-contract.js';
export {
  type KeyvalueDifference,
  type KeyvalueSetup,
  type KeyvalueStoreAccess,
  keyvalueDifferences,
} from './keyvalue/keyvalue-setup.js';
