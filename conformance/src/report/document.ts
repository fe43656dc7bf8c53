/** Where the generated part of the document is. */
const begin = '<!-- begin: written by `pnpm conformance --write` -->';
const end = '<!-- end -->';

/**
 * The document with new tables in place of the old ones.
 *
 * @throws Error for a document without the marks
 */
export function withTables(document: string, tables: string): string {
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the document has no lines "${begin}" and "${end}"`);
  return `${document.slice(0, from)}${begin}\n\n${tables}\n\n${document.slice(to)}`;
}
