import { parseOutputLine } from './process/output-line.js';

/** What a provider on wasmCloud's SDK writes when it could not take a link (docs/spec/provider.md#8); which link it was it does not say. */
const words = /receiving link failed(?:.*? error=(.+))?$/s;

/** Why a line says that a link failed; `undefined` for any other line. */
export function linkFailureIn(line: string): string | undefined {
  const { message, fields } = parseOutputLine(line);
  const match = words.exec(message);
  if (match === null) return undefined;
  const reason = match[1] ?? (typeof fields.error === 'string' ? fields.error : undefined);
  return reason ?? 'it does not say why';
}
