const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** A component without code that imports interfaces without functions. */
export function componentImporting(...interfaces: readonly string[]): Uint8Array {
  const emptyInterface = section(0x07, [0x01, 0x42, 0x00]);
  const named = interfaces.flatMap((id) => [0x00, id.length, ...Buffer.from(id), 0x05, 0x00]);
  return Uint8Array.from([...preamble, ...emptyInterface, ...section(0x0a, [interfaces.length, ...named])]);
}

/** A component without code that gives an interface on as it gets it. */
export function componentExporting(id: string): Uint8Array {
  const exported = [0x00, id.length, ...Buffer.from(id), 0x05, 0x00, 0x00];
  return Uint8Array.from([...componentImporting(id), ...section(0x0b, [1, ...exported])]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}
