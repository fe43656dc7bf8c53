/** Functions by which a query changes its session. Those that call them by another name are not seen. */
const sessionFunctions = /set_config|advisory/i;
const harmlessText = /^\s*(?:select|insert|update|delete|merge|with|values)\b/i;
/** By the word that the server answers with. */
const harmlessCommands: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SHOW',
  'EXPLAIN',
]);

/** Whether a statement that has yet to run leaves its session as it is, as far as its text tells. */
export function willLeaveNothing(text: string): boolean {
  return harmlessText.test(text) && !sessionFunctions.test(text);
}

/** Whether a statement that ran left its session as it was. */
export function hasLeftNothing(text: string, command: string): boolean {
  return harmlessCommands.has(command) && !sessionFunctions.test(text);
}
