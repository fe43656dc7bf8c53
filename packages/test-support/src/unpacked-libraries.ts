/** A package that was unpacked into a folder has its libraries there, too. */
export function unpackedLibraries(program: string): { readonly LD_LIBRARY_PATH?: string } {
  const [, root] = /^(\/.+)\/usr\/(?:s?bin|lib\/postgresql\/\d+\/bin)\/[\w-]+$/.exec(program) ?? [];
  if (root === undefined) return {};
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return { LD_LIBRARY_PATH: [`${root}/usr/lib/${triplet}`, `${root}/lib/${triplet}`].join(':') };
}
