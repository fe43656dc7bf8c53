/** A host that runs as many components as it may takes no further one. */
export class TooManyComponentsError extends Error {
  override readonly name = 'TooManyComponentsError';

  constructor(componentId: string, most: number) {
    super(
      `component '${componentId}' is not started: this host runs ${most} components already, the most that --max-components allows`,
    );
  }
}
