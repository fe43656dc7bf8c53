export { FaultyWire } from './faulty-wire.js';
export {
  ProviderHarness,
  type ProviderHarnessOptions,
  type ProviderUnderTest,
} from './provider-harness.js';
