/** Length of what {@link formatProblem} needs of a file; longer than any interpreter line a kernel accepts. */
export const headBytes = 256;

/** The machine a file shall run on. */
export interface Machine {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
}

/**
 * Why the operating system would not run a file that begins with `head`; `undefined` if it would, or for platforms
 * we know nothing of.
 *
 * Asked before the start, as the C library hands every file of unknown format to `/bin/sh`, which then fails in ways
 * nobody understands.
 */
export function formatProblem(head: Uint8Array, machine: Machine): string | undefined {
  const { platform, arch } = machine;
  if (platform !== 'linux' && platform !== 'darwin') return undefined;
  if (startsWith(head, [0x23, 0x21])) return undefined;
  if (platform === 'darwin' && machO.some((magic) => startsWith(head, magic))) return undefined;
  if (platform === 'linux' && startsWith(head, elf)) {
    const wanted = elfMachines[arch];
    const found = elfMachine(head);
    if (wanted === undefined || wanted === found) return undefined;
    return `is built for another processor (ELF machine ${found}) than the machine's (${arch})`;
  }
  const other = others.find(({ magic }) => startsWith(head, magic));
  return `is ${other?.name ?? 'of an unknown format'}, not an executable for ${platform} or a script with a "#!" line`;
}

const elf = [0x7f, 0x45, 0x4c, 0x46] as const;

const machO: readonly (readonly number[])[] = [
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xce, 0xfa, 0xed, 0xfe],
  [0xca, 0xfe, 0xba, 0xbe],
];

/** What people hand in by mistake. */
const others: readonly { readonly magic: readonly number[]; readonly name: string }[] = [
  { magic: [0x00, 0x61, 0x73, 0x6d], name: 'WebAssembly' },
  { magic: [0x1f, 0x8b], name: 'a gzip archive' },
  { magic: [0x50, 0x4b], name: 'a zip archive' },
  { magic: [0x4d, 0x5a], name: 'a Windows executable' },
  { magic: elf, name: 'a Linux executable' },
  ...machO.map((magic) => ({ magic, name: 'a macOS executable' })),
];

/** `e_machine` for values of `process.arch`. */
const elfMachines: Readonly<Record<string, number>> = {
  ia32: 3,
  arm: 40,
  x64: 62,
  arm64: 183,
  riscv64: 243,
};

const elfByteOrderOffset = 5;
const elfMachineOffset = 18;

function elfMachine(head: Uint8Array): number {
  const [low = 0, high = 0] = head.subarray(elfMachineOffset, elfMachineOffset + 2);
  const bigEndian = head[elfByteOrderOffset] === 2;
  return bigEndian ? low * 256 + high : high * 256 + low;
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}
