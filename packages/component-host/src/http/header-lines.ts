/**
 * The first value of a header; `undefined` for none.
 *
 * @param headers as they are on the wire: name, value, …
 * @param name in lower case
 */
export function headerValue(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const line = headers[i] as string;
    if (line.length === name.length && line.toLowerCase() === name) return headers[i + 1];
  }
  return undefined;
}
