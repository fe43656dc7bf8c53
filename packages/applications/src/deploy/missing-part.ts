/** What hosts, of ours and of wasmCloud, say of something that is not there, and how to bring it. */
const parts: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [
    /Secret config SECRET_(\S+) not found in config store/,
    (name) => `put the reference with \`wasmlattice secrets put ${name} BACKEND KEY\``,
  ],
  [
    /entity did not have an embedded JWT/,
    () =>
      'secrets are for what is signed: `wasmlattice claims sign FILE` signs a component, `wasmlattice par create` a provider',
  ],
  [
    /\(key (\S+) of backend \S+\).*\bunauthorized/,
    (key) =>
      `allow it with \`wasmlattice secrets store allow PUBLIC-KEY ${key}\`; \`wasmlattice claims inspect FILE\` shows the public key`,
  ],
  [
    /\(key (\S+) of backend \S+\).*\bSecret not found/i,
    (key) => `store it with \`wasmlattice secrets store put ${key}\``,
  ],
  [
    /[Cc]onfiguration (\S+) (?:does not exist|not found in config store)/,
    (name) => `put it with \`wasmlattice config put ${name} key=value\``,
  ],
];

/** How to bring what a host lacks, by the reason that it gives; `undefined` for other reasons. */
export function adviceOnMissing(reason: string): string | undefined {
  for (const [pattern, advice] of parts) {
    const found = pattern.exec(reason);
    if (found !== null) return advice(...found.slice(1));
  }
  return undefined;
}
