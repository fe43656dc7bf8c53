export { type RpcSetup, rpcCompliance } from './rpc-compliance.js';
