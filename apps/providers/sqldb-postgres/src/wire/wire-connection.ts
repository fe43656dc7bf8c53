import type { Connection, DatabaseError, Submittable } from 'pg';

/** What `pg` gives a submitted query to speak to the server with; its types leave half of it out. */
export interface WireConnection {
  readonly stream: Connection['stream'];
  on(event: 'copyOutResponse', listener: () => void): void;
  off(event: 'copyOutResponse', listener: () => void): void;
  parse(statement: { readonly name: string; readonly text: string; readonly types: readonly number[] }): void;
  bind(values: { readonly values: readonly (string | null)[] }): void;
  describe(what: { readonly type: 'S' | 'P'; readonly name: string }): void;
  execute(portal: { readonly portal: string }): void;
  flush(): void;
  sync(): void;
  sendCopyFromChunk(bytes: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** A column as the server describes it. */
export interface WireField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/**
 * What `pg` calls on a query that is submitted, in the order of the server's messages. The server sends no message without a method
 * here that `pg` would call on a query of others: one that lacks it ends the process.
 */
export interface WireQuery extends Submittable {
  /** @param error `DatabaseError` if the server refused something; else the connection is gone */
  handleError(error: DatabaseError | Error): void;
  handleRowDescription(message: { readonly fields: readonly WireField[] }): void;
  handleDataRow(): void;
  handlePortalSuspended(): void;
  handleEmptyQuery(): void;
  handleCommandComplete(message: { readonly text: string }): void;
  handleCopyInResponse(): void;
  handleCopyData(message: { readonly chunk: Uint8Array }): void;
  handleReadyForQuery(): void;
}
