export {
  ProviderHarness,
  type ProviderHarnessOptions,
  type ProviderUnderTest,
} from './provider-harness.js';
