/** A document of JSON, indented for people who look at it nevertheless. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** One line of a stream of JSON values. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
