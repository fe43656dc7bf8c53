export { contendForLease, type Lease, type LeaseOptions, leaseJetStream } from './lease/lease.js';
export { type Tenure, TenureOverError } from './lease/tenure.js';
export {
  type LatticeObserver,
  type LatticeObserverOptions,
  observeLattice,
} from './observation/lattice-observer.js';
export { defaultObservationTimes, type ObservationTimes } from './observation/observation-times.js';
export type { ObservedHost } from './observation/observed-host.js';
export { openReconcilerBucket, ReconcilerBucketError, reconcilerBucket } from './reconciler-bucket.js';
export {
  type SignOfLifeOptions,
  signOfLifeIntervalMs,
  startSignOfLife,
} from './sign-of-life/sign-of-life.js';
export { aliveSubject, allAliveSubject, parseAliveSubject } from './sign-of-life/subjects.js';
