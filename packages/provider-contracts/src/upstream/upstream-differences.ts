import type { BlobstoreDifference } from '../blobstore/blobstore-setup.js';
import type { HttpClientDifference } from '../http/http-client-setup.js';
import type { HttpServerDifference } from '../http/http-server-setup.js';
import type { KeyvalueDifference } from '../keyvalue/keyvalue-setup.js';
import type { MessagingDifference } from '../messaging/messaging-setup.js';
import type { PostgresDifference } from '../postgres/postgres-setup.js';

/** What the programs of wasmCloud 1.9.2 do otherwise than our contracts say; the READMEs of our providers list it. */
export const upstreamDifferences: {
  readonly 'blobstore-fs': readonly BlobstoreDifference[];
  readonly 'blobstore-nats': readonly BlobstoreDifference[];
  readonly 'http-client': readonly HttpClientDifference[];
  readonly 'http-server': readonly HttpServerDifference[];
  readonly 'keyvalue-nats': readonly KeyvalueDifference[];
  readonly 'keyvalue-redis': readonly KeyvalueDifference[];
  readonly 'messaging-nats': readonly MessagingDifference[];
  readonly 'sqldb-postgres': readonly PostgresDifference[];
} = {
  'blobstore-fs': [
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
  'blobstore-nats': [
    'unlike-missing',
    'missing-delete-fails',
    'whole-lists',
    'whole-reads',
    'no-range-past-end',
    'new-only',
  ],
  'http-client': ['no-host'],
  'http-server': ['closed-connections', 'no-prefixes'],
  'keyvalue-nats': [
    'plain-keys-only',
    'few-attempts',
    'broken-count',
    'wrapping-count',
    'no-counts-watched',
    'no-watcher',
  ],
  'keyvalue-redis': ['signed-count', 'no-empty-batches', 'no-counts-watched'],
  'messaging-nats': ['any-subject', 'no-trace', 'nothing-kept', 'one-link', 'unlinked-break'],
  'sqldb-postgres': ['one-error', 'broken-sessions', 'one-link', 'no-describe'],
};
