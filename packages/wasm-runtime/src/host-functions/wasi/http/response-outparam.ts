import { ResultError } from '../io/index.js';
import type { ErrorCode } from './error-code.js';
import type { Fields } from './fields.js';
import type { GuestAnswer } from './guest-answer.js';

/** Receives the answer of one request. */
export interface AnswerReceiver {
  answered(answer: GuestAnswer): void;
  /** The guest dropped the outparam: there will be no answer. */
  declined(): void;
}

/** Resource `wasi:http/types.response-outparam`. */
export class ResponseOutparam {
  readonly #receiver: AnswerReceiver;

  constructor(receiver: AnswerReceiver) {
    this.#receiver = receiver;
  }

  static set(param: ResponseOutparam, answer: GuestAnswer): void {
    param.#receiver.answered(answer);
  }

  /** Unstable in WASI 0.2 (`informational-outbound-responses`); the guest learns that nothing was sent. */
  sendInformational(_status: number, _headers: Fields): never {
    throw new ResultError<ErrorCode>({
      tag: 'internal-error',
      val: 'this host sends no informational responses',
    });
  }

  [Symbol.dispose](): void {
    this.#receiver.declined();
  }
}
