import { OutputStream, ResultError } from '../io/index.js';
import type { BodyPipe } from './body-pipe.js';
import { Children } from './children.js';
import { type ErrorCode, errorCodeOf } from './error-code.js';
import type { Fields } from './fields.js';

/** Resource `wasi:http/types.outgoing-body`. */
export class OutgoingBody {
  readonly #pipe: BodyPipe;
  readonly #children = new Children('outgoing-body');
  #streamTaken = false;

  constructor(pipe: BodyPipe) {
    this.#pipe = pipe;
  }

  static finish(body: OutgoingBody, trailers: Fields | undefined): void {
    body.#children.assertNone('finished');
    try {
      body.#pipe.finish(trailers?.release().toLines());
    } catch (cause) {
      throw new ResultError<ErrorCode>(errorCodeOf(cause));
    }
  }

  write(): OutputStream {
    if (this.#streamTaken) throw new ResultError(undefined);
    this.#streamTaken = true;
    return new BodyOutputStream(this.#pipe, this.#children);
  }

  [Symbol.dispose](): void {
    this.#children.assertNone('dropped');
    this.#pipe.abort('the guest dropped the body without finishing it');
  }
}

class BodyOutputStream extends OutputStream {
  readonly #siblings: Children;

  constructor(pipe: BodyPipe, siblings: Children) {
    super(pipe);
    this.#siblings = siblings;
    siblings.added();
  }

  override dropped(): void {
    this.#siblings.dropped();
    super.dropped();
  }
}
