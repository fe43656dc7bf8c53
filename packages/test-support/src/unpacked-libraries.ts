/** A package that was unpacked into a folder has its libraries there, too; those of the sound server have parts in a folder of their own. */
export function unpackedLibraries(program: string): { readonly LD_LIBRARY_PATH?: string } {
  const root = unpackedRoot(program);
  if (root === undefined) return {};
  const folders = [`usr/lib/${triplet}`, `usr/lib/${triplet}/pulseaudio`, `lib/${triplet}`];
  return { LD_LIBRARY_PATH: folders.map((folder) => `${root}/${folder}`).join(':') };
}

/** As Debian names folders of libraries of this machine's kind. */
export const triplet: string = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';

/** The folder that a program's package was unpacked into; `undefined` for one that is installed. */
export function unpackedRoot(program: string): string | undefined {
  const [, root] =
    /^(\/.+)\/usr\/(?:s?bin|lib\/postgresql\/\d+\/bin|lib\/chromium)\/[\w-]+$/.exec(program) ?? [];
  return root;
}
