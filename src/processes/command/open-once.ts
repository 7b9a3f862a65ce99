// What is made at the first call, and the same at every later one.

export function openOnce<T>(make: () => Promise<T>): (() => Promise<T>) & { opened(): Promise<T> | undefined } {
  let made: Promise<T> | undefined;
  return Object.assign(() => (made ??= make()), { opened: () => made });
}
