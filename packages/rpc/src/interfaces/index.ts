export {
  type KeyResponse,
  type KeyvalueAtomics,
  type KeyvalueBatch,
  type KeyvalueError,
  type KeyvalueStore,
  type KeyvalueWatcher,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
  keyvalueWatcher,
} from './keyvalue.js';
