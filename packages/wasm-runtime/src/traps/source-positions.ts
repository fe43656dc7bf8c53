import { SourceMap } from 'node:module';

/** Gives back texts whose positions in a script, `component.js:12:5`, are those of its sources, `src/component.ts:8:3`. */
export type MapPositions = (text: string) => string;

/**
 * @param map a source map (ECMA-426) in JSON; its `file` is the name of the script in stack traces, its sources are shown as it names them.
 * Without it, or with one that can't be read, texts stay as they are
 */
export function positionMapper(map: string | undefined): MapPositions {
  const sourceMap = readMap(map);
  if (sourceMap === undefined) return (text) => text;
  const position = new RegExp(`\\b${RegExp.escape(sourceMap.payload.file)}:(\\d+):(\\d+)`, 'g');
  return (text) =>
    text.replace(position, (written, line: string, column: string) => {
      const origin = sourceMap.findOrigin(Number(line), Number(column));
      if (!('fileName' in origin)) return written;
      return `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`;
    });
}

function readMap(map: string | undefined): SourceMap | undefined {
  if (map === undefined) return undefined;
  try {
    const read = new SourceMap(JSON.parse(map));
    return typeof read.payload.file === 'string' ? read : undefined;
  } catch {
    return undefined;
  }
}
