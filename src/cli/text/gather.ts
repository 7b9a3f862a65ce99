// An option that may be repeated gathers its values.

export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
