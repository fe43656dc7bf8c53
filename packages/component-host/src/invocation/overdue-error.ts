/** Why an invocation ended that a stopped or replaced component no longer waited for: the reason that its caller is told. */
export class OverdueError extends Error {
  override readonly name = 'OverdueError';

  constructor(componentId: string, graceMs: number) {
    super(
      `component '${componentId}' was stopped or replaced, and the invocation did not end within the ${graceMs} ms it had for that`,
    );
  }
}
