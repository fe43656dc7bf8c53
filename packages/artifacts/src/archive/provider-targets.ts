const architectures: Readonly<Record<string, string>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  arm: 'arm',
  ia32: 'x86',
};
const systems: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' };

/** What archives call a kind of machine: `x86_64-linux`, `aarch64-macos` (docs/spec/security.md#5). */
export function providerTarget(arch: string, platform: string): string {
  return `${architectures[arch] ?? arch}-${systems[platform] ?? platform}`;
}

/** The other way: what Node.js calls the processor and the system of a target. */
export function providerMachine(target: string): { readonly arch: string; readonly platform: string } {
  const [arch = '', platform = ''] = target.split('-', 2);
  return { arch: keyOf(architectures, arch), platform: keyOf(systems, platform) };
}

function keyOf(words: Readonly<Record<string, string>>, wanted: string): string {
  return Object.keys(words).find((key) => words[key] === wanted) ?? wanted;
}
