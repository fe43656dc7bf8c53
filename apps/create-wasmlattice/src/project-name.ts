import { CreateError } from './errors.js';

const longest = 50;

/**
 * A name that is a folder, an npm package, an id in a lattice and an application of a manifest at once.
 *
 * @throws CreateError for one that can't be all of these
 */
export function checkProjectName(name: string): void {
  const problem = problemOf(name);
  if (problem === undefined) return;
  throw new CreateError(
    `the name "${name}" ${problem}`,
    'take small letters and digits, words joined by hyphens, such as my-counter',
  );
}

function problemOf(name: string): string | undefined {
  if (/[/\\]/.test(name)) return 'is a path: the folder is made where you are';
  if (name.length > longest) return `is longer than ${longest} characters`;
  if (!/^[a-z]/.test(name)) return 'does not begin with a small letter';
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return 'has characters that ids in a lattice can not have';
  return undefined;
}
