import { customSection, type Range, type SectionVisit, walkSections } from './wasm-sections.js';

type Section = Extract<SectionVisit, { kind: 'section' }>;

const customSectionId = 0;
export const tokenSectionName = 'wasmcloud_jwt';
/** The name before 2022, which counts in nested components, too. */
const oldSectionName = 'jwt';

/** Whether a section holds a token, wherever it is. */
export function isTokenSection(bytes: Uint8Array, section: Section): boolean {
  const name = tokenSection(bytes, section)?.name;
  return name === tokenSectionName || name === oldSectionName;
}

/** The first token of a binary, in the order of the file (docs/spec/security.md#4.1). */
export function findToken(bytes: Uint8Array): Uint8Array | undefined {
  for (const visit of walkSections(bytes)) {
    if (visit.kind !== 'section') continue;
    const section = tokenSection(bytes, visit);
    if (section === undefined) continue;
    if (section.name === oldSectionName || (section.name === tokenSectionName && visit.depth === 0)) {
      return bytes.subarray(section.data.start, section.data.end);
    }
  }
  return undefined;
}

function tokenSection(bytes: Uint8Array, section: Section): { name: string; data: Range } | undefined {
  return section.id === customSectionId ? customSection(bytes, section.content) : undefined;
}
