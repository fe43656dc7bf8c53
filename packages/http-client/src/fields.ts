import type { HttpFields } from '@wasmlattice/rpc/interfaces';

/** Fields about a single connection: each side of the client has its own (RFC 9110 §7.6.1). */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Header lines for node: name, value, …; without those of a connection and without Host, which the authority says. */
export function toHeaderLines(fields: HttpFields): string[] {
  const lines: string[] = [];
  for (const [name, values] of fields) {
    const key = name.toLowerCase();
    if (hopByHop.has(key) || key === 'host') continue;
    for (const value of values) lines.push(name, textOf(value));
  }
  return lines;
}

/** Trailer lines for node. */
export function toTrailers(fields: HttpFields): [string, string][] {
  return fields.flatMap(([name, values]) => values.map((value): [string, string] => [name, textOf(value)]));
}

/** Raw lines as node gives them; a repeated name becomes one entry (docs/spec/wrpc-interfaces.md#3). */
export function toFields(lines: readonly string[]): HttpFields {
  const byName = new Map<string, Uint8Array[]>();
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    if (hopByHop.has(name)) continue;
    const value = Buffer.from(lines[i + 1] as string, 'latin1');
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [value]);
    else values.push(value);
  }
  return [...byName];
}

export function findField(fields: HttpFields, name: string): string | undefined {
  const values = fields.find(([key]) => key.toLowerCase() === name)?.[1];
  return values === undefined ? undefined : values.map(textOf).join(', ');
}

function textOf(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
}
