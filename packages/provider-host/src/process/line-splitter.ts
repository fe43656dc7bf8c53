import { StringDecoder } from 'node:string_decoder';

/** Cuts a byte stream into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands out what is left without a line end. */
  end(): void;
}

/** A longer line is cut: a provider that never ends its line must not fill the host's memory. */
const defaultMaxLength = 64 * 1024;

/** Calls `onLine` with each line that is not empty, without its line end. */
export function createLineSplitter(
  onLine: (line: string) => void,
  maxLength: number = defaultMaxLength,
): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';

  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) emit(line);
    while (rest.length > maxLength) {
      emit(rest.slice(0, maxLength));
      rest = rest.slice(maxLength);
    }
  };
  const emit = (line: string): void => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (text !== '') onLine(text);
  };

  return {
    push: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      emit(rest);
      rest = '';
    },
  };
}
