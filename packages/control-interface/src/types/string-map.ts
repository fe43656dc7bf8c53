/** A JSON object whose values are all strings: labels, annotations, constraints, configs. */
export type StringMap = Readonly<Record<string, string>>;
