import {
  composeFloat,
  type DecomposedFloat,
  decomposeFloat,
  floatText,
  match,
} from '@wasmlattice/postgres-interface';

export type Point = [x: DecomposedFloat, y: DecomposedFloat];

const number = '(-?[\\d.]+(?:e[-+]?\\d+)?|-?Infinity|NaN)';
const pointPattern = new RegExp(`^\\(${number},${number}\\)$`);
const circlePattern = new RegExp(`^<\\(${number},${number}\\),${number}>$`);

const decompose = (text: string): DecomposedFloat => decomposeFloat(Number(text), 8);
const compose = (value: DecomposedFloat): string => floatText(composeFloat(value, 8));

/** `(1,2)` */
export function readPoint(text: string): Point {
  const [, x = '', y = ''] = match(pointPattern, text);
  return [decompose(x), decompose(y)];
}

export function writePoint([x, y]: Point): string {
  return `(${compose(x)},${compose(y)})`;
}

/** `(1,2),(3,4)`, in any of the brackets that the types have. */
export function readPoints(text: string): Point[] {
  const bare = /^(?:\[.*\]|\(\(.*\)\))$/.test(text) ? text.slice(1, -1) : text;
  return bare === '' ? [] : bare.split(/(?<=\)),/).map(readPoint);
}

/** Closed, as polygons and closed paths are. */
export function writePoints(points: readonly Point[]): string {
  return `(${points.map(writePoint).join(',')})`;
}

/** `[(1,2),(3,4)]` */
export function readSegment(text: string): [start: Point, end: Point] {
  const [start, end] = readPoints(text);
  return [start as Point, end as Point];
}

export function writeSegment([start, end]: readonly [Point, Point]): string {
  return `[${writePoint(start)},${writePoint(end)}]`;
}

/** PostgreSQL writes the upper right corner first. */
export function readBox(text: string): [lowerLeft: Point, upperRight: Point] {
  const [upperRight, lowerLeft] = readPoints(text);
  return [lowerLeft as Point, upperRight as Point];
}

export function writeBox([lowerLeft, upperRight]: readonly [Point, Point]): string {
  return `${writePoint(upperRight)},${writePoint(lowerLeft)}`;
}

/** `<(1,2),3>` */
export function readCircle(text: string): [center: Point, radius: DecomposedFloat] {
  const [, x = '', y = '', radius = ''] = match(circlePattern, text);
  return [[decompose(x), decompose(y)], decompose(radius)];
}

export function writeCircle([center, radius]: readonly [Point, DecomposedFloat]): string {
  return `<${writePoint(center)},${compose(radius)}>`;
}

/** Two points that it goes through; what PostgreSQL writes of a line are the factors of its equation. */
export function writeLine([start, end]: readonly [Point, Point]): string {
  return `${writePoint(start)},${writePoint(end)}`;
}
