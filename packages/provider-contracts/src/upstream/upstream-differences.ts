import type { BlobstoreDifference } from '../blobstore/blobstore-setup.js';
import type { HttpClientDifference } from '../http/http-client-setup.js';
import type { HttpServerDifference } from '../http/http-server-setup.js';
import type { KeyvalueDifference } from '../keyvalue/keyvalue-setup.js';
import type { MessagingDifference } from '../messaging/messaging-setup.js';
import type { PostgresDifference } from '../postgres/postgres-setup.js';

/** What a program of wasmCloud 1.9.2 does otherwise than a contract says. */
interface UpstreamDifferences<Difference extends string> {
  readonly differences: readonly Difference[];
  readonly differencesAtTimes?: readonly Difference[];
}

/** What those programs do otherwise than our contracts say; the READMEs of our providers list it. */
export const upstreamDifferences: {
  readonly 'blobstore-fs': UpstreamDifferences<BlobstoreDifference>;
  readonly 'blobstore-nats': UpstreamDifferences<BlobstoreDifference>;
  readonly 'http-client': UpstreamDifferences<HttpClientDifference>;
  readonly 'http-server': UpstreamDifferences<HttpServerDifference>;
  readonly 'keyvalue-nats': UpstreamDifferences<KeyvalueDifference>;
  readonly 'keyvalue-redis': UpstreamDifferences<KeyvalueDifference>;
  readonly 'messaging-nats': UpstreamDifferences<MessagingDifference>;
  readonly 'sqldb-postgres': UpstreamDifferences<PostgresDifference>;
} = {
  'blobstore-fs': {
    differences: [
      'folders-listed',
      'no-new-folders',
      'lost-onto-itself',
      'torn-reads',
      'writes-make-containers',
      'broken-writes-stay',
      'new-only',
      'one-link',
      'delete-all-links',
    ],
    differencesAtTimes: ['unpaced-data'],
  },
  'blobstore-nats': {
    differences: [
      'unlike-missing',
      'nothing-cleared',
      'missing-delete-fails',
      'whole-lists',
      'whole-reads',
      'empty-reads-hang',
      'unpaced-reads',
      'broken-writes-stay',
      'new-only',
    ],
    differencesAtTimes: ['torn-reads', 'lost-beginnings'],
  },
  'http-client': { differences: ['no-host'] },
  'http-server': { differences: ['closed-connections', 'no-prefixes'] },
  'keyvalue-nats': {
    differences: [
      'plain-keys-only',
      'few-attempts',
      'broken-count',
      'wrapping-count',
      'no-counts-watched',
      'no-watcher',
    ],
  },
  'keyvalue-redis': { differences: ['signed-count', 'no-empty-batches', 'no-counts-watched'] },
  'messaging-nats': {
    differences: ['any-subject', 'no-trace', 'nothing-kept', 'one-link', 'unlinked-break'],
  },
  'sqldb-postgres': {
    differences: [
      'unread-decimals',
      'no-longest-negatives',
      'no-smallest-floats',
      'unread-chars',
      'rewritten-json',
      'bytes-as-values',
      'one-error',
      'broken-sessions',
      'one-link',
      'no-describe',
    ],
  },
};
