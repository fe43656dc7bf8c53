/** Reads protobuf by field number, as far as OTLP needs it. */
export class ProtobufMessage {
  readonly #fields = new Map<number, (Uint8Array | bigint)[]>();

  constructor(bytes: Uint8Array) {
    let offset = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[offset++] ?? 0;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number): Uint8Array => {
      offset += length;
      return bytes.subarray(offset - length, offset);
    };
    while (offset < bytes.length) {
      const tag = Number(varint());
      const wireType = tag & 7;
      const value =
        wireType === 0 ? varint() : take(wireType === 2 ? Number(varint()) : wireType === 1 ? 8 : 4);
      const values = this.#fields.get(tag >> 3) ?? [];
      values.push(value);
      this.#fields.set(tag >> 3, values);
    }
  }

  messages(field: number): ProtobufMessage[] {
    return this.#bytes(field).map((bytes) => new ProtobufMessage(bytes));
  }

  /** Messages reached by following `fields` one after the other. */
  at(...fields: number[]): ProtobufMessage[] {
    return fields.reduce<ProtobufMessage[]>(
      (found, field) => found.flatMap((one) => one.messages(field)),
      [this],
    );
  }

  text(field: number): string | undefined {
    const [bytes] = this.#bytes(field);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }

  hex(field: number): string | undefined {
    const [bytes] = this.#bytes(field);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');
  }

  number(field: number): number | undefined {
    const [value] = this.#fields.get(field) ?? [];
    if (value === undefined) return undefined;
    if (typeof value === 'bigint') return Number(value);
    return Number(Buffer.from(value).readBigInt64LE());
  }

  double(field: number): number | undefined {
    const [bytes] = this.#bytes(field);
    return bytes === undefined ? undefined : Buffer.from(bytes).readDoubleLE();
  }

  /** Numbers of eight bytes each, packed into one field: doubles, or whole numbers if `whole`. */
  packed(field: number, whole = false): number[] {
    const [bytes] = this.#bytes(field);
    const view = Buffer.from(bytes ?? []);
    return Array.from({ length: view.length / 8 }, (_, index) =>
      whole ? Number(view.readBigInt64LE(index * 8)) : view.readDoubleLE(index * 8),
    );
  }

  /** A list of OTLP `KeyValue`s with texts and numbers. */
  attributes(field: number): Record<string, string | number | undefined> {
    return Object.fromEntries(
      this.messages(field).map((pair) => {
        const [value] = pair.messages(2);
        return [pair.text(1), value?.text(1) ?? value?.number(3) ?? value?.double(4)];
      }),
    );
  }

  #bytes(field: number): Uint8Array[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== 'bigint');
  }
}
