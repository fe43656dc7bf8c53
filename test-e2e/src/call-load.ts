import { isDeepStrictEqual } from 'node:util';
import { AnswerCount } from './answer-count.js';

/** Calls without a pause, several at a time. */
export interface CallLoad<Answer> {
  /** Resolves when so many more calls have been answered; rejects when one failed. */
  answers(count: number): Promise<void>;
  /** Ends it after the answers to what was called. Gives each different answer once, in the order they came; rejects when a call failed. */
  end(): Promise<readonly Answer[]>;
}

export function startCallLoad<Answer>(call: () => Promise<Answer>, callers: number): CallLoad<Answer> {
  const different: Answer[] = [];
  const answered = new AnswerCount();
  let isEnding = false;

  const keepCalling = async (): Promise<void> => {
    while (!isEnding) {
      const answer = await call();
      if (!different.some((each) => isDeepStrictEqual(each, answer))) different.push(answer);
      answered.add();
    }
  };
  const over = Promise.all(Array.from({ length: callers }, keepCalling));
  // Whoever waits hears of a failure.
  over.catch(() => {});

  return {
    answers: (count) => answered.more(count, over),
    async end() {
      isEnding = true;
      await over;
      return different;
    },
  };
}
