import { type LatticeTables, type TableName, tableNames } from '../model/lattice-rows.js';
import type { LatticeChanges, TableChanges } from '../model/messages.js';

interface Entry {
  readonly row: unknown;
  /** Rows are compared as the page gets them. */
  readonly json: string;
}

interface Table {
  readonly rows: Map<string, Entry>;
  /** What the pages have of each row that was touched since the last {@link RowTables.takeChanges}. */
  readonly touched: Map<string, string | undefined>;
}

/** All that is known of a lattice, and what of it changed since the pages were last told. */
export class RowTables {
  readonly #tables: ReadonlyMap<TableName, Table> = new Map(
    tableNames.map((name) => [name, { rows: new Map(), touched: new Map() }]),
  );
  readonly #onChange: () => void;

  /** @param onChange is called after each change, also one that is taken back before it is told */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  set<T extends TableName>(name: T, key: string, row: LatticeTables[T]): void {
    const table = this.#table(name);
    const json = JSON.stringify(row);
    const before = table.rows.get(key)?.json;
    if (before === json) return;
    table.rows.set(key, { row, json });
    this.#touch(table, key, before);
  }

  delete(name: TableName, key: string): void {
    const table = this.#table(name);
    const before = table.rows.get(key)?.json;
    if (before === undefined) return;
    table.rows.delete(key);
    this.#touch(table, key, before);
  }

  /** Makes those rows of a table for which `isMeant` holds be `rows`. */
  replace<T extends TableName>(
    name: T,
    rows: ReadonlyMap<string, LatticeTables[T]>,
    isMeant: (row: LatticeTables[T]) => boolean = () => true,
  ): void {
    for (const [key, row] of this.entries(name)) if (isMeant(row) && !rows.has(key)) this.delete(name, key);
    for (const [key, row] of rows) this.set(name, key, row);
  }

  get<T extends TableName>(name: T, key: string): LatticeTables[T] | undefined {
    return this.#table(name).rows.get(key)?.row as LatticeTables[T] | undefined;
  }

  entries<T extends TableName>(name: T): readonly (readonly [string, LatticeTables[T]])[] {
    return [...this.#table(name).rows].map(([key, { row }]) => [key, row as LatticeTables[T]]);
  }

  /** All rows, as changes to nothing. */
  all(): LatticeChanges {
    return this.#collect((table) => ({
      set: Object.fromEntries([...table.rows].map(([key, { row }]) => [key, row])),
      gone: [],
    }));
  }

  /** What changed since the last call; `undefined` if nothing did. */
  takeChanges(): LatticeChanges | undefined {
    const changes = this.#collect(({ rows, touched }) => {
      const set: Record<string, unknown> = {};
      const gone: string[] = [];
      for (const [key, before] of touched) {
        const now = rows.get(key);
        if (now?.json === before) continue;
        if (now === undefined) gone.push(key);
        else set[key] = now.row;
      }
      touched.clear();
      return { set, gone };
    });
    return Object.keys(changes).length === 0 ? undefined : changes;
  }

  #collect(read: (table: Table) => TableChanges<unknown>): LatticeChanges {
    const changes: Record<string, TableChanges<unknown>> = {};
    for (const [name, table] of this.#tables) {
      const { set, gone } = read(table);
      if (gone.length > 0 || Object.keys(set).length > 0) changes[name] = { set, gone };
    }
    return changes as LatticeChanges;
  }

  #touch(table: Table, key: string, before: string | undefined): void {
    if (!table.touched.has(key)) table.touched.set(key, before);
    this.#onChange();
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    return table;
  }
}
