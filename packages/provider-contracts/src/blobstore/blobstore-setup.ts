import type { StringMap } from '@wasmlattice/provider-host/protocol';
import type { ProviderAtHand } from '../provider-at-hand.js';

/** A provider and what is behind it, made once for all tests of the contract. */
export interface BlobstoreSetup extends ProviderAtHand {
  /** Target config of a link to one store. */
  readonly first: StringMap;
  /** Of a link to another store: what is written to one is not in the other. */
  readonly second: StringMap;
  /** Takes all containers, with their objects, out of both stores. */
  empty(): Promise<void>;
}

/** What an implementation may do otherwise than the contract says. */
export const blobstoreDifferences = {
  'unlike-missing': '`has-object` of an object that is not there is an `err`',
  'nothing-cleared': '`clear-container` succeeds and deletes nothing',
  'full-containers-stay': 'a container with objects in it is not deleted',
  'missing-delete-fails': 'deleting an object that is not there is an `err`',
  'whole-lists': '`limit` and `offset` of a list are ignored',
  'no-offset': '`offset` of a list is ignored, and a list has 1,000 names at most',
  'whole-reads': 'the range of a read is ignored: all of the object comes',
  'no-range-past-end': 'a range that begins at the end of an object, or beyond, is an `err`',
  'empty-reads-hang': 'a read of an empty object never ends',
  'unpaced-reads':
    'a read comes in pieces of 1 KiB and waits for no reader: a large object breaks off when more than a call may hold is unread',
  'folders-listed':
    'a list has the folders of objects in place of the objects in them, also when these are gone',
  'no-new-folders': 'a copy to a folder in which nothing is yet is an `err`',
  'lost-onto-itself': 'an object that is copied or moved onto itself is lost',
  'torn-reads': 'a read of an object that is written meanwhile ends well with a part of it',
  'writes-make-containers': 'a write to a container that is not there makes it',
  'late-writes': 'a write to a container that is not there fails when its data has been sent',
  'lost-beginnings': 'a write succeeds without the first pieces of its data',
  'broken-writes-stay': 'data that breaks off becomes the object',
  'writes-in-memory': 'an object that is written is kept in memory until it is complete',
  'unpaced-data': 'data that comes faster than it can go on is kept in memory',
  'new-only': 'version 0.1.0 of the interface is not served',
  'one-link': 'a component has one link: another one of it counts for nothing',
  'delete-all-links': 'the deletion of a link takes all links of its component',
} as const;

export type BlobstoreDifference = keyof typeof blobstoreDifferences;
