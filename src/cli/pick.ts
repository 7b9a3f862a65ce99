// What a command prints as JSON is a contract with scripts: each key is named, and none comes along because a type has got it.

export function pick<T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
