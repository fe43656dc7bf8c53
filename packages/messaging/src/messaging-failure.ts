/** An operation that ends with an `err`, a text, for the guest instead of a broken call. */
export class MessagingFailure extends Error {
  override readonly name = 'MessagingFailure';
}

/** @param server as the text names it: `the NATS server` */
export function noConnection(what: string, server: string): MessagingFailure {
  return new MessagingFailure(`could not ${what}: there is no connection to ${server}`);
}

export function nobodyListens(what: string, options?: ErrorOptions): MessagingFailure {
  return new MessagingFailure(`could not ${what}: nobody listens`, options);
}

export function noAnswer(what: string, timeoutMs: number, options?: ErrorOptions): MessagingFailure {
  return new MessagingFailure(`could not ${what}: no answer within ${timeoutMs} ms`, options);
}

/** @param what what the subject was given as: `a subject to publish to` */
export function noSubject(subject: string, what: string, rule: string): MessagingFailure {
  return new MessagingFailure(`${JSON.stringify(subject)} is not ${what}: ${rule}`);
}
