export { CliError } from './cli-error.js';
export type { CliIo } from './cli-io.js';
export { DeployError } from './deploy/deploy-error.js';
export { type LatticeView, type ReadLatticeOptions, readLattice } from './deploy/lattice-view.js';
export { planDeploy } from './deploy/plan-deploy.js';
export { planUndeploy } from './deploy/plan-undeploy.js';
export { type PlanProgress, planEvents, type RunPlanOptions, runPlan } from './deploy/run-plan.js';
export { describeStep, type Plan, type Step, type StepHost } from './deploy/steps.js';
export { exitCodes } from './exit-codes.js';
export type {
  ComponentSource,
  ConfigEntry,
  Manifest,
  ManifestComponent,
  ManifestLink,
  Scaler,
  Spread,
} from './manifest/manifest.js';
export { ManifestError, type ManifestProblem } from './manifest/manifest-error.js';
export { type ParsedManifest, parseManifest } from './manifest/parse.js';
export { runCli } from './program.js';
