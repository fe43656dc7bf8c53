/** `T` as a caller writes it: the members `K` may be left out and get the default their documentation names. */
export type WithDefaults<T, K extends keyof T> = Omit<T, K> & {
  readonly [P in K]?: T[P] | undefined;
};
