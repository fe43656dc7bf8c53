/**
 * Longest text of a span or log record that is kept for an export, in UTF-16 units: guests and peers write some of them, and
 * thousands wait in a queue for a collector that is slow.
 */
const maxLength = 8_192;

/** `text`, or the beginning of it. */
export function boundedText(text: string): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength).toWellFormed()}…`;
}
