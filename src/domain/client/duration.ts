// Times as people type them into a setting: `90m`, `26h`, `8d`.

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Undefined if the text is not such a time. */
export function durationMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * MS[unit as keyof typeof MS];
}
