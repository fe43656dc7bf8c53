/** What became of one thing that was tried. */
export interface Check {
  readonly area: string;
  readonly name: string;
  readonly outcome: 'ok' | 'differs' | 'failed';
  /** Why it differs or failed. */
  readonly reason?: string;
}

/** Collects what was tried, and tells of each as it comes. */
export class Report {
  readonly #checks: Check[] = [];
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  add(check: Check): void {
    this.#checks.push(check);
    this.#tell(line(check));
  }

  /** Tries something: `ok` when it resolves, `failed` with the error's message when it rejects. */
  async try(area: string, name: string, action: () => Promise<void>): Promise<void> {
    try {
      await action();
      this.add({ area, name, outcome: 'ok' });
    } catch (error) {
      this.add({ area, name, outcome: 'failed', reason: String(error) });
    }
  }

  hasFailed(): boolean {
    return this.#checks.some(({ outcome }) => outcome === 'failed');
  }

  /** How many of each outcome there were in each area, then all that was not `ok`. */
  summary(): string {
    const areas = [...new Set(this.#checks.map(({ area }) => area))];
    const rows = areas.map((area) => {
      const count = (wanted: Check['outcome']): number =>
        this.#checks.filter((check) => check.area === area && check.outcome === wanted).length;
      return [area, String(count('ok')), String(count('differs')), String(count('failed'))];
    });
    const table = [['area', 'ok', 'differs', 'failed'], ...rows].map(
      ([area = '', ...counts]) => `${area.padEnd(22)}${counts.map((each) => each.padStart(9)).join('')}`,
    );
    const rest = this.#checks.filter(({ outcome }) => outcome !== 'ok').map(line);
    return [...table, '', ...rest].join('\n');
  }
}

function line({ area, name, outcome, reason }: Check): string {
  return `${outcome.padEnd(8)} ${area}: ${name}${reason === undefined ? '' : `\n         ${reason.replaceAll('\n', '\n         ')}`}`;
}
