import type { LatticeTables, TableName } from './lattice-rows.js';

/** What changed in one table. */
export interface TableChanges<Row> {
  /** Rows that are new or different, by key. */
  readonly set: Readonly<Record<string, Row>>;
  /** Keys of rows that are no more. */
  readonly gone: readonly string[];
}

/** What changed, by table; tables without changes are left out. */
export type LatticeChanges = { readonly [T in TableName]?: TableChanges<LatticeTables[T]> };

/** How an event reads: as it should be, as something that failed, or neither. */
export type EventTone = 'good' | 'bad' | 'plain';

/** One event of the lattice, in the words of the page. */
export interface EventRow {
  readonly id: string;
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly hostId: string;
  /** `component_scaled`, or the whole type of an event that is none of the lattice's. */
  readonly name: string;
  readonly tone: EventTone;
  /** One sentence. */
  readonly text: string;
  /** Ids and names that it is about. */
  readonly about: readonly string[];
}

/** Whether the server part reaches the NATS server. */
export type ConnectionState = 'connected' | 'disconnected';

/** A message of the server part to a page; a stream begins with `hello`. */
export type DashboardMessage =
  | {
      readonly kind: 'hello';
      readonly lattice: string;
      readonly isReadOnly: boolean;
      /** Whether requests that are shown can be sent again. */
      readonly sendsAgain: boolean;
      readonly connection: ConnectionState;
      /** All rows, as changes to nothing. */
      readonly changes: LatticeChanges;
      /** The last events, oldest first. */
      readonly events: readonly EventRow[];
    }
  | {
      readonly kind: 'changes';
      readonly changes: LatticeChanges;
      readonly events: readonly EventRow[];
      /** Events that were left out because too many came at once. */
      readonly eventsLeftOut: number;
    }
  | { readonly kind: 'connection'; readonly connection: ConnectionState };
