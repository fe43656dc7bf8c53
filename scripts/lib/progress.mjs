import { stripVTControlCharacters } from 'node:util';

/** How long a step may be silent, in a log without a terminal, before a sign of life. */
const heartbeatMs = 15_000;

/**
 * Prints the steps of a script: one line for each that took noticeable time, with what it is doing while it does it.
 * On a terminal that line is redrawn; in a log a sign of life appears now and then.
 */
export function createProgress({ stream = process.stdout, env = process.env, now = Date.now } = {}) {
  const live = Boolean(stream.isTTY) && env.CI === undefined && env.TERM !== 'dumb';
  const colour = Boolean(stream.isTTY) && !env.NO_COLOR;
  const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const width = () => (stream.columns ?? 80) - 1;

  /** The line being redrawn, empty if there is none. */
  let drawn = '';

  function draw(text) {
    drawn = text.slice(0, width());
    stream.write(`\r\u001b[2K${drawn}`);
  }

  /** A line of its own, above the one being redrawn. */
  function say(text = '') {
    const below = drawn;
    if (below !== '') draw('');
    stream.write(`${text}\n`);
    if (below !== '') draw(below);
  }

  /**
   * Runs `work(report)`; `report(line)` tells what it is doing. Resolves to the work's result.
   * `summary(result)` may add a few words to the line that says it is done.
   */
  async function step(title, work, { summary } = {}) {
    const started = now();
    const seconds = () => `${((now() - started) / 1000).toFixed(1)} s`;
    let doing = '';
    const report = (line) => {
      doing = stripVTControlCharacters(line).trim();
      if (live) draw(`  ${title}  ${doing}`);
    };
    if (live) draw(`  ${title}`);
    else stream.write(`  ${title} ...\n`);
    const beat = setInterval(
      () => {
        if (live) draw(`  ${title}  ${seconds()}  ${doing}`);
        else stream.write(`    ${seconds()}  ${doing.slice(0, width() - 12)}\n`);
      },
      live ? 1000 : heartbeatMs,
    );
    const finish = (mark, words) => {
      clearInterval(beat);
      if (live) draw('');
      stream.write(`${mark} ${title}${words}  ${paint(2, seconds())}\n`);
    };
    try {
      const result = await work(report);
      const words = summary?.(result);
      finish(paint(32, '✓'), words ? `: ${words}` : '');
      return result;
    } catch (error) {
      finish(paint(31, '✗'), '');
      throw error;
    }
  }

  return {
    step,
    say,
    heading: (text) => say(`\n${paint(1, text)}`),
    paint,
  };
}
