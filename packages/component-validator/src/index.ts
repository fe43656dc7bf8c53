export {
  type ComponentValidator,
  type ComponentValidatorOptions,
  createComponentValidator,
  type ValidateOptions,
} from './component-validator.js';
export { ValidatorClosedError, ValidatorError } from './errors.js';
export { type Feature, features, featuresOn, featureTitle, isFeatureOn } from './features.js';
export {
  type CountedLimit,
  defaultValidationLimits,
  memoryFor,
  timeFor,
  timeMsForEachMegabyte,
  type ValidationLimits,
} from './limits.js';
export { type BuildRecord, readBuildRecord, validatorIdentity } from './validator-module.js';
export {
  type ComponentReport,
  type CoreModuleReport,
  describePlace,
  type MemoryReport,
  type Place,
  type Verdict,
} from './verdict.js';
