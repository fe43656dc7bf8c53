import type { PreparedComponent } from './engine.js';

/** What was prepared can't be loaded here, or not in this way. The component itself is fine: prepare it again. */
export class UnfitPreparedComponentError extends Error {
  override readonly name = 'UnfitPreparedComponentError';

  /** @param reason what it is or lacks, as the end of a sentence that begins with `it` */
  constructor(component: string, engine: string, reason: string, options?: ErrorOptions) {
    super(
      `component "${component}" can't be loaded by engine "${engine}" as it was prepared: it ${reason}; prepare it again`,
      options,
    );
  }
}

/**
 * Tells what another engine or version has made from an engine's own.
 *
 * @throws UnfitPreparedComponentError
 */
export function assertPreparedBy<Own extends PreparedComponent>(
  { engine, format }: Pick<Own, 'engine' | 'format'>,
  prepared: PreparedComponent,
  component: string,
): asserts prepared is Own {
  if (prepared.engine === engine && prepared.format === format) return;
  throw new UnfitPreparedComponentError(
    component,
    engine,
    `was prepared by engine "${prepared.engine}" in format ${prepared.format}, where engine "${engine}" in format ${format} is expected`,
  );
}
