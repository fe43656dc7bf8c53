import type { WashOutcome } from './wash.js';

/** Asks until the answer holds a text: listening and updates take a moment after the command. */
export async function answerOf(url: string, expected: string): Promise<WashOutcome> {
  const end = Date.now() + 10_000;
  for (;;) {
    const last = await fetch(url)
      .then(async (response) => ({ exit: response.ok ? 0 : 22, stdout: await response.text(), stderr: '' }))
      .catch((error: unknown) => ({ exit: 7, stdout: '', stderr: String(error) }));
    if ((last.exit === 0 && last.stdout.includes(expected)) || Date.now() > end) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
