export { ApplicationApiError, type ApplicationApiErrorCode } from './api/application-api-error.js';
export {
  type ApplicationClient,
  type ApplicationClientOptions,
  type ApplicationSummary,
  type ApplicationVersion,
  createApplicationClient,
  type ToldStatus,
} from './api/application-client.js';
export {
  type ApplicationStatus,
  decodeStatus,
  encodeStatus,
  type ScalerStatus,
  type StatusInfo,
  type StatusType,
  statusOfAll,
} from './api/application-status.js';
export type { KeeperNote, KeeperReport } from './api/keeper-report.js';
export {
  type ApplicationApiServer,
  type ApplicationApiServerOptions,
  serveApplicationApi,
  servedByHeader,
} from './api/serve-application-api.js';
export {
  type ApiOperation,
  type ApiScope,
  apiSubject,
  defaultApiPrefix,
  manifestEventSubject,
  statusSubject,
} from './api/subjects.js';
export {
  type Canary,
  type CanaryTerms,
  defaultCanaryTerms,
} from './canary/canary.js';
export { canaryImages, canaryObstacle } from './canary/canary-components.js';
export { describeOutcome, wasRolledBack } from './canary/canary-status.js';
export { applicationOf, deployedAnnotations, isOurs, isOutdated } from './deploy/annotations.js';
export type { ApplicationMemory } from './deploy/application-memory.js';
export { checkExports } from './deploy/check-exports.js';
export { checkImports, type ImportFinding, type ImportFindings } from './deploy/check-imports.js';
export { type CheckServingOptions, checkServing } from './deploy/check-serving.js';
export { DeployError } from './deploy/deploy-error.js';
export { type Explanation, explain } from './deploy/explain.js';
export {
  isBuiltin,
  pathOfImage,
  type ResolvedImage,
  resolveImage,
  shownProviderReference,
} from './deploy/image-reference.js';
export { statusInLattice } from './deploy/lattice-status.js';
export { type LatticeView, type ReadLatticeOptions, readLattice } from './deploy/lattice-view.js';
export { describeSlot, isSameSlot, type LinkSlot } from './deploy/link-slot.js';
export { adviceOnMissing } from './deploy/missing-part.js';
export { type Placement, placeComponent, placeProvider } from './deploy/placement.js';
export { configsOfPlan, ownConfigs } from './deploy/plan-configs.js';
export { type PlanDeployOptions, planDeploy } from './deploy/plan-deploy.js';
export { isSameLink, manifestLinks, planPuts } from './deploy/plan-links.js';
export { planUndeploy } from './deploy/plan-undeploy.js';
export { otherUsers } from './deploy/provider-use.js';
export { type LinkRemoval, type RemoveLinkOptions, removalOf, removeLink } from './deploy/remove-link.js';
export { replaceCode } from './deploy/replace-code.js';
export {
  type CommandClient,
  type PlanProgress,
  planEvents,
  type RequestStep,
  type RunPlanOptions,
  type RunStepOptions,
  requestOnly,
  runPlan,
  runStep,
} from './deploy/run-plan.js';
export { runsOnOurs } from './deploy/runs-on-ours.js';
export { isEligible, spreadSizes } from './deploy/spreads.js';
export { describeStep, type Plan, type Step, type StepHost } from './deploy/steps.js';
export { describeUndelivered, undeliveredStatus } from './deploy/undelivered-link.js';
export { type Difference, describeDifference, differencesOf } from './manifest/difference.js';
export { componentId, configName, configNames, derivedId } from './manifest/identifiers.js';
export type {
  ComponentSource,
  ConfigEntry,
  Manifest,
  ManifestComponent,
  ManifestLink,
  Scaler,
  Spread,
} from './manifest/manifest.js';
export {
  isSameDocument,
  type ManifestDocument,
  mapImages,
  versionOf,
  withVersion,
} from './manifest/manifest-document.js';
export { describeProblem, ManifestError, type ManifestProblem } from './manifest/manifest-error.js';
export { type ParsedManifest, parseManifest } from './manifest/parse.js';
export type {
  ApplicationStore,
  DeletedApplication,
  DeployedApplication,
  DeployedChange,
  PutApplication,
} from './store/application-store.js';
export { ApplicationStoreError, type ApplicationStoreErrorCode } from './store/application-store-error.js';
export { readDocument } from './store/deployed-applications.js';
export {
  createKvApplicationStore,
  type KvApplicationStoreOptions,
  manifestBucket,
} from './store/kv-application-store.js';
export {
  type ApplicationEvent,
  deployedDocument,
  findVersion,
  newestVersion,
  previousVersion,
  runningCanary,
  type StoredApplication,
  type StoredVersion,
  withCanaryEnded,
} from './store/stored-application.js';
