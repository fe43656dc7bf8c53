/** A parameter that says something impossible; the message names what. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
}

/** A text of the server that has no form in the interface: the value goes on as text. */
export class NoFormError extends Error {
  override readonly name = 'NoFormError';
}

/** @throws NoFormError */
export function match(pattern: RegExp, text: string): RegExpExecArray {
  const found = pattern.exec(text);
  if (found === null) throw new NoFormError(text);
  return found;
}
