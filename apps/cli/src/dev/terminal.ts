import type { MapPositions } from '@wasmlattice/wasm-runtime';
import type { CliIo } from '../cli-io.js';
import type { HostRecord } from './host-record.js';

/** Fields that a message says already, or that are for machines. */
const silent = new Set([
  'component',
  'stream',
  'guest_stderr',
  'source_id',
  'traceId',
  'spanId',
  'trace_id',
  'span_id',
]);

export interface TerminalOptions {
  /** All that the host logs. */
  readonly verbose: boolean;
  /** Who speaks besides guests: what providers write is of interest to those who develop one. */
  readonly showsProviders: boolean;
}

/** What the loop shows: its own lines, those of the guest, and of the host what is worth knowing. */
export class DevTerminal {
  readonly #io: Pick<CliIo, 'out' | 'err'>;
  readonly #options: TerminalOptions;
  #map: MapPositions = (text) => text;

  constructor(io: Pick<CliIo, 'out' | 'err'>, options: TerminalOptions) {
    this.#io = io;
    this.#options = options;
  }

  /** Positions in what the guest says are shown as this tells. */
  set positions(map: MapPositions) {
    this.#map = map;
  }

  /** What the guest says, as it is shown. */
  shown(text: string): string {
    return this.#map(text);
  }

  say(text: string): void {
    this.#io.out(`${text}\n`);
  }

  /** What is wrong. */
  problem(text: string): void {
    this.#io.err(`${text}\n`);
  }

  record(record: HostRecord): void {
    const line = this.#lineOf(record);
    if (line !== undefined) this.#io.out(`${this.#map(line)}\n`);
  }

  #lineOf({ fields, level, message, target }: HostRecord): string | undefined {
    const { showsProviders, verbose } = this.#options;
    if (target === 'component' || (showsProviders && fields.stream !== undefined)) {
      if (fields.stream !== undefined && message === '') return undefined;
      const mark = isTrouble(level, target, fields.stream) ? '!' : '|';
      return indent(`${mark} `, fields.stream === undefined ? withFields(message, fields) : message);
    }
    if (verbose || level === 'ERROR' || level === 'WARN') {
      return indent(`host ${level.toLowerCase()}: `, withFields(message, fields));
    }
    return undefined;
  }
}

/** Providers log to standard error; what a guest writes there is what went wrong. */
function isTrouble(level: string, target: string, stream: unknown): boolean {
  return level === 'ERROR' || level === 'WARN' || (target === 'component' && stream === 'stderr');
}

function withFields(message: string, fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields).filter(
    ([name, value]) => !silent.has(name) && !message.includes(String(value)),
  );
  const texts = shown.map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.includes('\n') ? `\n${name}:\n${text}` : ` ${name}=${text}`;
  });
  return `${message}${texts.join('')}`;
}

function indent(mark: string, text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${mark}${line}`)
    .join('\n');
}
