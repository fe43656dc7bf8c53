/** What SQLite stores. */
export type SqliteValue = null | bigint | number | string | Uint8Array;
