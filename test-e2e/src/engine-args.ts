/** The engines of a host. */
export const engines = ['direct', 'jco'] as const;

export type EngineName = (typeof engines)[number];

/** Flags of a host that runs on an engine: for `jco` they say that every component is trusted. */
export function engineArgs(engine: EngineName): readonly string[] {
  return engine === 'jco' ? ['--engine', engine, '--trust-jco'] : ['--engine', engine];
}
