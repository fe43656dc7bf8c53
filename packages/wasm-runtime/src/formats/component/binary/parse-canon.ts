import type { ByteReader } from './byte-reader.js';
import type { DefinitionBody, ResourceBuiltin } from './nodes.js';
import { parseBuiltin } from './parse-builtin.js';
import { parseCanonOptions } from './parse-canon-options.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions

const resourceBuiltins: ReadonlyMap<number, ResourceBuiltin> = new Map([
  [0x02, 'new'],
  [0x03, 'drop'],
  [0x04, 'rep'],
]);

/** One canonical definition. `lift` makes a component function, everything else a core function. */
export function parseCanon(reader: ByteReader): DefinitionBody {
  const start = reader.offset;
  const opcode = reader.byte('a canonical definition');
  if (opcode === 0x00 || opcode === 0x01) {
    if (reader.byte('a function') !== 0x00) throw reader.error('expected a function to lift or lower', start);
    const func = reader.u32('a function');
    const options = parseCanonOptions(reader);
    return opcode === 0x00
      ? { kind: 'lift', func, options, type: reader.u32('a function type') }
      : { kind: 'lower', func, options };
  }
  const resourceBuiltin = resourceBuiltins.get(opcode);
  if (resourceBuiltin !== undefined) {
    return { kind: 'resource-builtin', builtin: resourceBuiltin, resource: reader.u32('a resource') };
  }
  const builtin = parseBuiltin(opcode, reader);
  if (builtin !== undefined) return builtin;
  throw reader.error(
    `expected a canonical definition, found the unknown code 0x${opcode.toString(16)}: the component may be made for a newer version of the format`,
    start,
  );
}
