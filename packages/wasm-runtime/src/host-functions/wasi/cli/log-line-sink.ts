import { maxLogMessage } from '../../guest-log.js';
import type { ByteSink } from '../io/index.js';

/** Longest record made of one line; a longer line is cut, so that a guest that never ends a line costs no memory. */
const maxLineLength = maxLogMessage;

/** Permit for one write. Lines are handed on at once, so there is always room. */
const capacity = 64 * 1024;

const always = Promise.resolve();

/** Cuts what a guest writes into lines of text. A last line without line feed is given when the sink is closed. */
export class LogLineSink implements ByteSink {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #line = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** What has no line end yet. */
  get rest(): string {
    return this.#line;
  }

  capacity(): number {
    return capacity;
  }

  write(bytes: Uint8Array): void {
    const lines = (this.#line + this.#decoder.decode(bytes, { stream: true })).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#emit(line);
    while (this.#line.length > maxLineLength) {
      this.#onLine(this.#line.slice(0, maxLineLength));
      this.#line = this.#line.slice(maxLineLength);
    }
  }

  flush(): void {}

  isReady(): boolean {
    return true;
  }

  ready(): Promise<void> {
    return always;
  }

  close(): void {
    const rest = this.#line + this.#decoder.decode();
    this.#line = '';
    if (rest !== '') this.#emit(rest);
  }

  #emit(line: string): void {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    for (let start = 0; start === 0 || start < text.length; start += maxLineLength) {
      this.#onLine(text.slice(start, start + maxLineLength));
    }
  }
}
