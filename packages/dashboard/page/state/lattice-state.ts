import type { LatticeTables, TableName } from '../../src/model/lattice-rows.js';
import type {
  ConnectionState,
  DashboardMessage,
  EventRow,
  LatticeChanges,
  TableChanges,
} from '../../src/model/messages.js';

/** The rows of each table by key; a table without changes stays the same object. */
export type Tables = { readonly [T in TableName]: ReadonlyMap<string, LatticeTables[T]> };

/** What a page knows of the lattice. */
export interface LatticeState {
  readonly lattice: string;
  readonly isReadOnly: boolean;
  readonly sendsAgain: boolean;
  readonly connection: ConnectionState;
  readonly tables: Tables;
  /** Oldest first. */
  readonly events: readonly EventRow[];
  /** Events since this page opened that it was not told, since too many came at once. */
  readonly eventsLeftOut: number;
}

/** As many as a page keeps; the oldest go. */
const mostEvents = 2_000;

export const emptyState: LatticeState = {
  lattice: '',
  isReadOnly: true,
  sendsAgain: false,
  connection: 'connected',
  tables: {
    hosts: new Map(),
    components: new Map(),
    providers: new Map(),
    links: new Map(),
    linkTroubles: new Map(),
    figures: new Map(),
    hostFigures: new Map(),
  },
  events: [],
  eventsLeftOut: 0,
};

/** The state after a message. */
export function takeMessage(state: LatticeState, message: DashboardMessage): LatticeState {
  switch (message.kind) {
    case 'hello': {
      const { lattice, isReadOnly, sendsAgain, connection, changes, events } = message;
      const tables = applyChanges(emptyState.tables, changes);
      return { lattice, isReadOnly, sendsAgain, connection, tables, events, eventsLeftOut: 0 };
    }
    case 'changes': {
      const events =
        message.events.length === 0 ? state.events : [...state.events, ...message.events].slice(-mostEvents);
      return {
        ...state,
        tables: applyChanges(state.tables, message.changes),
        events,
        eventsLeftOut: state.eventsLeftOut + message.eventsLeftOut,
      };
    }
    case 'connection':
      return { ...state, connection: message.connection };
  }
}

function applyChanges(tables: Tables, changes: LatticeChanges): Tables {
  if (Object.keys(changes).length === 0) return tables;
  return {
    hosts: changed(tables.hosts, changes.hosts),
    components: changed(tables.components, changes.components),
    providers: changed(tables.providers, changes.providers),
    links: changed(tables.links, changes.links),
    linkTroubles: changed(tables.linkTroubles, changes.linkTroubles),
    figures: changed(tables.figures, changes.figures),
    hostFigures: changed(tables.hostFigures, changes.hostFigures),
  };
}

function changed<Row>(
  rows: ReadonlyMap<string, Row>,
  changes: TableChanges<Row> | undefined,
): ReadonlyMap<string, Row> {
  if (changes === undefined) return rows;
  const next = new Map(rows);
  for (const key of changes.gone) next.delete(key);
  for (const [key, row] of Object.entries(changes.set)) next.set(key, row);
  return next;
}
