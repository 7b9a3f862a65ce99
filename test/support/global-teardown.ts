// Ends what tests of this run started together; see global-setup.ts.

// oxlint-disable-next-line import/no-default-export
export default async function globalTeardown(): Promise<void> {
  await globalThis.endSharedServices?.();
}
