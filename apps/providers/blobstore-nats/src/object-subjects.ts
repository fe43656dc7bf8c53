// Names of NATS's object store (ADR-20 of nats-architecture-and-design): other clients of it read and write the same objects.

/** The stream of a bucket. */
export function bucketStream(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** Where the chunks of one write of an object are, one message each. */
export function chunkSubject(bucket: string, nuid: string): string {
  return `$O.${bucket}.C.${nuid}`;
}

/** Where what is known of an object is: one message, the last. */
export function infoSubject(bucket: string, object: string): string {
  return `$O.${bucket}.M.${base64Url(Buffer.from(object))}`;
}

/** {@link infoSubject} of every object. */
export function infoSubjects(bucket: string): string {
  return `$O.${bucket}.M.>`;
}

/** With padding, unlike Node.js's own. */
export function base64Url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
