/** The alias as signers write it: lower case, ASCII, `_` for blanks, `-` and `.` (docs/spec/security.md#3). */
export function normalizeCallAlias(alias: string): string {
  return [...alias.toLowerCase().trim()]
    .filter((character) => character.charCodeAt(0) < 128)
    .join('')
    .replace(/[ .-]/g, '_');
}
