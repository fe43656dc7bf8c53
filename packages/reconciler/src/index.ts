export { contendForLease, type Lease, type LeaseOptions, leaseJetStream } from './lease/lease.js';
export { type Tenure, TenureOverError } from './lease/tenure.js';
export { openReconcilerBucket, ReconcilerBucketError, reconcilerBucket } from './reconciler-bucket.js';
