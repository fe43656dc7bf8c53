const magic = Buffer.from([0x00, 0x61, 0x73, 0x6d]);

/** How many bytes {@link startsLikeComponent} looks at. */
export const magicBytes: number = magic.length;

/** Whether the bytes begin as WebAssembly does. */
export function startsLikeComponent(bytes: Buffer): boolean {
  return magic.equals(bytes.subarray(0, magicBytes));
}
