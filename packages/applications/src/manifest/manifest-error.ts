/** One mistake in a manifest. */
export interface ManifestProblem {
  /** Where in the document: `spec.components[0].properties.image`; empty for the document itself. */
  readonly path: string;
  /** Line of the file, counted from 1, when it is known. */
  readonly line: number | undefined;
  readonly message: string;
}

/** A manifest that cannot be deployed. All mistakes are reported together, one line each. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
  readonly problems: readonly ManifestProblem[];

  constructor(fileName: string, problems: readonly ManifestProblem[]) {
    super(problems.map((problem) => describeProblem(fileName, problem)).join('\n'));
    this.problems = problems;
  }
}

/** `app.yaml:12: spec.components[0].name: expected text` */
export function describeProblem(fileName: string, { line, message, path }: ManifestProblem): string {
  return [line === undefined ? fileName : `${fileName}:${line}`, path, message]
    .filter((part) => part !== '')
    .join(': ');
}
