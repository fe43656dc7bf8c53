import { connect } from 'nats';
import { contendForLease, leaseJetStream } from '../lease/lease.js';
import { openReconcilerBucket } from '../reconciler-bucket.js';

/** A process that contends for a lease, and prints `act` again and again while it may, and `rest` when it may no longer. */
const [url = '', name = '', ttlMs = ''] = process.argv.slice(2);
const connection = await connect({ servers: url });
const bucket = await openReconcilerBucket(leaseJetStream(connection, undefined), 'default');
const lease = contendForLease({ connection, bucket, holder: name, ttlMs: Number(ttlMs), onTenure: () => {} });
let acts = false;
setInterval(() => {
  const may = lease.tenure?.isCurrent() ?? false;
  if (may) process.stdout.write('act\n');
  else if (acts) process.stdout.write('rest\n');
  acts = may;
}, 10);
process.stdout.write('contends\n');
