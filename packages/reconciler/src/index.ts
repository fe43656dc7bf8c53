export { defaultExecutorLimits, type ExecutorLimits } from './execute/executor.js';
export type { LatticeData } from './lattice-data.js';
export { contendForLease, type Lease, type LeaseOptions, leaseJetStream } from './lease/lease.js';
export type { LeaseRecord } from './lease/lease-record.js';
export { readLease } from './lease/read-lease.js';
export { type Tenure, TenureOverError } from './lease/tenure.js';
export {
  type LatticeObserver,
  type LatticeObserverOptions,
  observeLattice,
} from './observation/lattice-observer.js';
export { defaultObservationTimes, type ObservationTimes } from './observation/observation-times.js';
export type { ObservedHost } from './observation/observed-host.js';
export { type Asked, stepKey } from './plan/asked.js';
export type { PlannedStep } from './plan/draft.js';
export type { LatticeState } from './plan/lattice-state.js';
export type { PutForApplication, PutLink } from './plan/link-values.js';
export { type LatticePlan, type PlanInput, planLattice } from './plan/plan-lattice.js';
export { type Reconciler, type ReconcilerOptions, startReconciler } from './reconciler.js';
export { openReconcilerBucket, reconcilerBucket } from './reconciler-bucket.js';
export {
  type SignOfLifeOptions,
  signOfLifeIntervalMs,
  startSignOfLife,
} from './sign-of-life/sign-of-life.js';
export { aliveSubject, allAliveSubject, parseAliveSubject } from './sign-of-life/subjects.js';
