/**
 * Plain data as lines of text, in which an object that was seen before is named by its number: two values have the same lines when
 * they are equal and also share the same parts.
 */
export function describeGraph(value: unknown): readonly string[] {
  const numbers = new Map<object, number>();
  const lines: string[] = [];
  const write = (path: string, part: unknown): void => {
    if (typeof part !== 'object' || part === null) {
      lines.push(`${path} ${typeof part} ${String(part)}`);
      return;
    }
    const known = numbers.get(part);
    lines.push(`${path} #${known ?? numbers.size}`);
    if (known !== undefined) return;
    numbers.set(part, numbers.size);
    if (part instanceof Map) {
      for (const [index, [key, item]] of [...part].entries()) {
        write(`${path}<${index}`, key);
        write(`${path}>${index}`, item);
      }
    } else if (part instanceof Set) {
      for (const [index, item] of [...part].entries()) write(`${path}{${index}`, item);
    } else {
      for (const [key, item] of Object.entries(part)) write(`${path}.${key}`, item);
    }
  };
  write('', value);
  return lines;
}
