/** One line of a host's structured log. */
export interface HostRecord {
  readonly level: string;
  /** Who speaks: `component` for guests, `host.providers`, … */
  readonly target: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `undefined` for a line that is no record, such as what a program writes that was not started as it should be. */
export function parseHostRecord(line: string): HostRecord | undefined {
  try {
    const { fields, level, target } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (typeof fields !== 'object' || fields === null) return undefined;
    const { message, ...rest } = fields as Readonly<Record<string, unknown>>;
    return { level: String(level), target: String(target), message: String(message), fields: rest };
  } catch {
    return undefined;
  }
}
