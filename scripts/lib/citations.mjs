import { posix } from 'node:path';

const pageFolder = 'docs/spec';
const advice = 'write docs/spec/PAGE.md#NUMBER';

/** A document of this repository by its path from the root, perhaps with a section. */
const citation = /(?<![\w./-])docs\/[\w./-]*?\.md(?:#([\w.-]*))?/g;
const sectionNumber = /^\d+(?:\.\d+)*$/;
const sectionSign = /§+ *(\d+(?:\.\d+)*)?/g;
const foreignSection = /\bRFC \d+,? §+ *\d+(?:\.\d+)*/g;
/** Notes that are not in the repository. */
const privateNote = /\(design: [^)]*\)|\bhouse-style\b/g;
/** The target of a Markdown link, which is relative to the document it is in. */
const linkTarget = /\]\([^)\s]*\)/g;

/**
 * Finds citations that lead nowhere, and those in another spelling than `docs/spec/wrpc.md#2.1`.
 *
 * `texts` holds the text of every tracked file by its path. A citation names a document below `docs/`, and behind
 * `#` the number in one of its headings. The protocol pages in `docs/spec/` may cite sections of themselves as
 * `§2.1`. Targets of Markdown links are no citations.
 *
 * @returns `{ file, line, text, problem }` for each, file by file; `text` is what stands there
 */
export function findCitationProblems(texts) {
  const documents = new Map();
  for (const [file, text] of texts) {
    if (file.startsWith('docs/') && file.endsWith('.md')) documents.set(file, numberedSections(text));
  }
  const otherSpelling = otherSpellings([...documents.keys()].filter(isPage));
  return [...texts].flatMap(([file, text]) => {
    const own = isPage(file) ? documents.get(file) : undefined;
    return text.split('\n').flatMap((line, index) =>
      problemsOf(line, { documents, otherSpelling, own }).map((found) => ({
        file,
        line: index + 1,
        ...found,
      })),
    );
  });
}

/** The numbers of a Markdown text's headings: `## 2. Calls` has `2`, `### 2.1 Client` has `2.1`. */
export function numberedSections(text) {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return new Set([...prose.matchAll(/^#+ +(\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number));
}

/** One line of output. */
export function describeProblem({ file, line, text, problem }) {
  return `${file}:${line}: '${text}' ${problem}`;
}

function problemsOf(line, { documents, otherSpelling, own }) {
  const rules = [
    [citation, (text, section) => problemOfCitation(text, section, documents)],
    [otherSpelling, () => `is not how a section is cited: ${advice}`],
    [privateNote, () => 'points at nothing in the repository: cite docs/adr/ or docs/architecture.md'],
    [sectionSign, (_text, number) => problemOfSign(number, own)],
  ];
  const found = [];
  let rest = line.replaceAll(linkTarget, ' ').replaceAll(foreignSection, ' ');
  for (const [pattern, problemOf] of rules) {
    // What one rule has looked at is nothing to the next.
    rest = rest.replaceAll(pattern, (text, group) => {
      const problem = problemOf(text, group);
      if (problem !== undefined) found.push({ text, problem });
      return ' ';
    });
  }
  return found;
}

function problemOfCitation(text, section, documents) {
  const [path] = text.split('#');
  const sections = documents.get(path);
  if (sections === undefined) return `names ${path}, which is not in the repository`;
  if (section === undefined) return undefined;
  // The dot that ends a sentence is no part of the number.
  const number = section.replace(/\.+$/, '');
  if (!sectionNumber.test(number)) return `names no section: ${advice}, the number of its heading`;
  return sections.has(number) ? undefined : `names section ${number}, which ${path} does not have`;
}

function problemOfSign(number, own) {
  if (own === undefined) return `does not say of which document: ${advice}`;
  return own.has(number) ? undefined : 'is no section of this page';
}

/** A page without its folder, or without `.md`: `spec wrpc`, `wrpc.md §2`, `spec/wrpc.md`. */
function otherSpellings(pages) {
  if (pages.length === 0) return /(?!)/g;
  // Longest first, or `wrpc-interfaces` would be taken for `wrpc`.
  const names = pages
    .map((page) => posix.basename(page, '.md'))
    .toSorted((a, b) => b.length - a.length)
    .join('|');
  const section = '§+ *\\d+(?:\\.\\d+)*';
  return new RegExp(
    [
      `(?<![\\w./-])(?:spec/)?(?:${names})\\.md(?:#[\\w.-]*| ${section})?`,
      `\\bspec:? (?:${names})(?![\\w-])(?:\\.md)?(?: ${section})?`,
      `(?<![\\w./-])(?:${names}) ${section}`,
    ].join('|'),
    'g',
  );
}

function isPage(file) {
  return posix.dirname(file) === pageFolder && file.endsWith('.md') && !file.endsWith('/README.md');
}
