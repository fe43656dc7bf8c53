/**
 * Text of one byte for each character. V8 keeps short arrays in its heap until somebody asks for their `buffer`, and then allocates one: to copy
 * them into node's pool takes less time.
 */
export function latin1Text(bytes: Uint8Array): string {
  const isInHeap = bytes.length <= longestInHeap;
  const buffer = isInHeap ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString('latin1');
}

/** V8's `typed_array_max_size_in_heap`. */
const longestInHeap = 64;
