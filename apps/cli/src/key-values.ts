import { usageError } from './global-options.js';

/** What `key=value` arguments say. @throws CliError for one that is written otherwise; `what` names it: `the label` */
export function readKeyValues(texts: readonly string[], what: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
      throw usageError(`${what} is \`${text}\``, 'write it as key=value');
    }),
  );
}
