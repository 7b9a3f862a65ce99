// What is said of a refusal besides its own sentence, which quotes the file.

import { REFUSALS, type RefusalCode } from '../reason/refusals';

/** While two versions run side by side, the newer one may have refused a file for a reason that the older one does not know. */
export function refusalWords(code: RefusalCode): { readonly title: string; readonly meaning: string } {
  const known: Partial<typeof REFUSALS> = REFUSALS;
  return known[code] ?? { title: 'File refused', meaning: 'This reason is described in a newer version of this program.' };
}
