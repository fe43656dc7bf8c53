/** The sections of a unit: name → its entries, `[key, value]`, in order. A key may come several times. */
export function parseUnit(source) {
  const sections = new Map();
  let entries;
  for (const line of source.split('\n')) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, section] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (section !== undefined) {
      entries = [];
      sections.set(section, entries);
      continue;
    }
    const at = line.indexOf('=');
    if (entries === undefined || at === -1) throw new Error(`no setting of a section: ${line}`);
    entries.push([line.slice(0, at), line.slice(at + 1)]);
  }
  return sections;
}

/** The variables that the service is given by its unit. */
export function environmentOfUnit(sections) {
  return Object.fromEntries(
    sections
      .get('Service')
      .filter(([key]) => key === 'Environment')
      .map(([, value]) => [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)]),
  );
}
