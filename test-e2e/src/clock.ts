/** The environment of a program of Node.js whose clock is off by so many seconds. */
export function clockOffBy(seconds: number): Record<string, string> {
  const program = `
    const Right = Date;
    const now = () => Right.now() + ${seconds * 1_000};
    globalThis.Date = class extends Right {
      constructor(...time) {
        super(...(time.length === 0 ? [now()] : time));
      }
      static now() {
        return now();
      }
    };
    const instant = Temporal.Now.instant;
    Temporal.Now.instant = () => instant().add({ seconds: ${seconds} });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
}
