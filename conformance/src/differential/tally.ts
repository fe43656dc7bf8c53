import { table } from '../report/table.js';
import type { Comparison } from './compare.js';

interface Row {
  same: number;
  returned: number;
  trapped: number;
  unsupported: number;
  differs: number;
}

/** Counts cases by their shape, and why cases could not be run. */
export class Tally {
  readonly #rows = new Map<string, Row>();
  readonly #unsupported = new Map<string, number>();

  add(shape: string, comparison: Comparison): void {
    const row = this.#rows.get(shape) ?? { same: 0, returned: 0, trapped: 0, unsupported: 0, differs: 0 };
    this.#rows.set(shape, row);
    row[comparison.kind]++;
    if (comparison.kind === 'same') {
      row.returned += comparison.returned;
      row.trapped += comparison.trapped;
    }
    if (comparison.kind === 'unsupported') {
      const { message } = comparison;
      this.#unsupported.set(message, (this.#unsupported.get(message) ?? 0) + 1);
    }
  }

  get differences(): number {
    return [...this.#rows.values()].reduce((sum, { differs }) => sum + differs, 0);
  }

  render(): string {
    const rows = [...this.#rows].map(([shape, { same, returned, trapped, unsupported, differs }]) => [
      shape,
      ...[same, returned, trapped, unsupported, differs].map(String),
    ]);
    const reasons = [...this.#unsupported].map(([message, count]) => `${count} × ${message}\n`);
    const head = [
      'Shape',
      'Components alike',
      'Calls that returned',
      'Calls that trapped',
      'Unsupported',
      'Differ',
    ];
    return `${table(head, rows)}\n${reasons.join('')}`;
  }
}
