/** The parts of an interface id: `wasi:io/streams@0.2.3` → `wasi:io/streams`, `0.2.3`. */
export interface InterfaceId {
  /** Without version. */
  readonly name: string;
  /** `''` for a package without version. */
  readonly version: string;
}

export function parseInterfaceId(id: string): InterfaceId {
  const at = id.indexOf('@');
  return at === -1 ? { name: id, version: '' } : { name: id.slice(0, at), version: id.slice(at + 1) };
}
