/** Place and size, in CSS pixels. */
export interface Place {
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
}

/** The style that puts something there; units are named outright, as Preact adds none. */
export function placed({ x, y, width, height }: Place): Readonly<Record<string, string>> {
  return {
    ...(x !== undefined && { left: `${x}px` }),
    ...(y !== undefined && { top: `${y}px` }),
    ...(width !== undefined && { width: `${width}px` }),
    ...(height !== undefined && { height: `${height}px` }),
  };
}
