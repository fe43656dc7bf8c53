const archNames: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64', ia32: 'x86' };
const osNames: Readonly<Record<string, string>> = { darwin: 'macos', win32: 'windows' };

/**
 * The `hostcore.*` labels every host carries, in the words upstream's hosts use
 * (docs/spec/control-interface.md#3).
 */
export function builtinLabels(arch: string, platform: string): Record<string, string> {
  return {
    'hostcore.arch': archNames[arch] ?? arch,
    'hostcore.os': osNames[platform] ?? platform,
    'hostcore.osfamily': platform === 'win32' ? 'windows' : 'unix',
  };
}

/** Whether a key is one of those that tell what the machine is, which nobody but the host may say. Letters of either case are alike. */
export function isBuiltinLabel(key: string): boolean {
  return key.toLowerCase().startsWith('hostcore.');
}
