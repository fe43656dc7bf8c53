import { SourceMap } from 'node:module';
import { relative, resolve } from 'node:path';

export interface ScriptSources {
  /** The file name of the script in stack traces, such as `component.js`. */
  readonly script: string;
  /** The folder that sources of the map are relative to. */
  readonly sourceRoot: string;
  /** The folder that shown paths are relative to. */
  readonly shownFrom: string;
}

/** Gives back texts whose positions in a script, `component.js:12:5`, are those of its sources, `src/component.ts:8:3`. */
export type MapPositions = (text: string) => string;

/** @param map a source map in JSON; without it, or with one that can't be read, texts stay as they are */
export function positionMapper(
  map: string | undefined,
  { script, shownFrom, sourceRoot }: ScriptSources,
): MapPositions {
  const sourceMap = readMap(map);
  if (sourceMap === undefined) return (text) => text;
  const position = new RegExp(`\\b${RegExp.escape(script)}:(\\d+):(\\d+)`, 'g');
  return (text) =>
    text.replace(position, (written, line: string, column: string) => {
      const origin = sourceMap.findOrigin(Number(line), Number(column));
      if (!('fileName' in origin)) return written;
      const path = relative(shownFrom, resolve(sourceRoot, origin.fileName));
      return `${path}:${origin.lineNumber}:${origin.columnNumber}`;
    });
}

function readMap(map: string | undefined): SourceMap | undefined {
  if (map === undefined) return undefined;
  try {
    return new SourceMap(JSON.parse(map));
  } catch {
    return undefined;
  }
}
