import type { ManifestDocument } from './manifest-document.js';

/** One mistake in a manifest. */
export interface ManifestProblem {
  /** Where in the document: `spec.components[0].properties.image`; empty for the document itself. */
  readonly path: string;
  /** Where in the file, when it is known. */
  readonly position: FilePosition | undefined;
  readonly message: string;
}

/** A place in a file, as editors count: line and column from 1. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

/** What is no manifest at all may have a mistake in every place. */
const maxLines = 50;

/** A manifest that cannot be deployed. All mistakes are reported together, one line each. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly problems: readonly ManifestProblem[];
  /** What else was odd; complete lines. */
  readonly warnings: readonly string[];
  /** As much as could be read, in the stored form; absent for what is not one document of YAML. */
  readonly document: ManifestDocument | undefined;

  constructor(
    fileName: string,
    problems: readonly ManifestProblem[],
    { document, warnings = [] }: Partial<Pick<ManifestError, 'document' | 'warnings'>> = {},
  ) {
    const lines = problems.slice(0, maxLines).map((problem) => describeProblem(fileName, problem));
    const left = problems.length - lines.length;
    super([...lines, ...(left > 0 ? [`${fileName}: and ${left} mistakes more`] : [])].join('\n'));
    this.problems = problems;
    this.warnings = warnings;
    this.document = document;
  }
}

/** `app.yaml:12:7: spec.components[0].name: expected text` */
export function describeProblem(fileName: string, { message, path, position }: ManifestProblem): string {
  const place = position === undefined ? fileName : `${fileName}:${position.line}:${position.column}`;
  return [place, path, message].filter((part) => part !== '').join(': ');
}
