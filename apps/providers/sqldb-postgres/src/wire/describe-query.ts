import type { Connection, DatabaseError } from 'pg';
import type { WireConnection, WireField, WireQuery } from './wire-connection.js';

/** Has the server say what rows a statement would give, without running it. */
export class DescribeQuery implements WireQuery {
  readonly #text: string;
  readonly #described = Promise.withResolvers<readonly WireField[]>();
  #fields: readonly WireField[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** None for a statement without rows. */
  get fields(): Promise<readonly WireField[]> {
    return this.#described.promise;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as WireConnection;
    wire.stream.cork();
    wire.parse({ name: '', text: this.#text, types: [] });
    wire.describe({ type: 'S', name: '' });
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly WireField[] }): void {
    this.#fields = fields;
  }

  handleReadyForQuery(): void {
    this.#described.resolve(this.#fields);
  }

  handleError(error: DatabaseError | Error): void {
    this.#described.reject(error);
  }

  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}
