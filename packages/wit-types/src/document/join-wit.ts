import type { WitPackage } from './wit-folder.js';

/**
 * One text of a package and those that it may use, which are nested in it: readers of WIT inside WebAssembly see no file system,
 * and one text is easily hashed. Of packages with one name the first counts.
 */
export function joinWit(main: WitPackage, packages: readonly WitPackage[]): string {
  const nested = new Map<string, string>();
  for (const { name, body } of packages) {
    if (name !== main.name && !nested.has(name)) nested.set(name, body);
  }
  return [
    `package ${main.name};`,
    main.body,
    ...[...nested].map(([name, body]) => `package ${name} {${body}\n}`),
    '',
  ].join('\n');
}
