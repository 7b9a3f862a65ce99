// What a client and support may ask for, chosen by a seed from what is possible at the moment: files, decisions on held imports, retries,
// undos, a pause. Few users and few values, so that later acts meet what earlier ones wrote.

import { randomNumbers } from './random-faults';

type OnImport = 'approve' | 'approve-without-archives' | 'decline' | 'cancel' | 'lose' | 'retry' | 'undo';

/** Imports go by the name of their file, which is theirs alone. */
export type Act =
  | { readonly kind: 'upload'; readonly name: string; readonly content: string }
  /** `lose` = approved while its file is away, so that it fails; the file is put back. `cancel` = its workflow, in Temporal. */
  | { readonly kind: OnImport; readonly name: string }
  | { readonly kind: 'pause' | 'resume' };

export interface SeenImport {
  readonly fileName: string;
  readonly state: string;
  readonly outcome: string | null;
}

const IDS = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8'];
const HEADER = 'unique_id,login_source,first_name,email,active';
const file = (rows: readonly string[]) => [HEADER, ...rows, ''].join('\r\n');

export const FIRST = {
  kind: 'upload',
  name: 'first.csv',
  content: file(IDS.map((id, n) => `${id},OPSCOM,Ana,e${n}@x.example,1`)),
} as const;

export class RandomOrders {
  readonly #random: () => number;
  readonly #undone = new Set<string>();
  #uploads = 0;
  isPaused = false;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** `seen` = the client's imports when everything that was asked for is done, or waits for the end of a pause. */
  next(seen: readonly SeenImport[]): Act {
    const open = seen.filter(({ fileName }) => fileName !== FIRST.name && !this.#undone.has(fileName));
    const those = (states: readonly string[], kinds: readonly OnImport[]): readonly Act[] =>
      open.filter(({ state }) => states.includes(state)).flatMap(({ fileName: name }) => kinds.map((kind) => ({ kind, name })));
    const imported = open.filter(({ outcome }) => outcome?.startsWith('imported') === true).map(({ fileName }) => fileName);
    const act = this.#one<Act>([
      this.#upload(),
      // What takes until something has ended is not done in a pause.
      ...those(['held'], this.isPaused ? ['approve'] : ['approve', 'approve-without-archives', 'decline', 'cancel', 'lose']),
      ...those(['failed', 'cancelled'], ['retry', 'retry', 'undo']),
      ...those(['finished'], ['undo']).filter((undo) => 'name' in undo && imported.includes(undo.name)),
      ...(this.isPaused || this.#random() < 0.3 ? [{ kind: this.isPaused ? 'resume' : 'pause' } as const] : []),
    ]);
    if (act.kind === 'upload') this.#uploads++;
    if (act.kind === 'undo') this.#undone.add(act.name);
    if (act.kind === 'pause' || act.kind === 'resume') this.isPaused = act.kind === 'pause';
    return act;
  }

  resume(): Act {
    this.isPaused = false;
    return { kind: 'resume' };
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)]!;
  }

  #upload(): Act {
    const n = this.#uploads + 1;
    const rows = IDS.filter(() => this.#random() < 0.5).map((id) => {
      const email = this.#random() < 0.4 ? `e${Math.floor(this.#random() * IDS.length)}@x.example` : '';
      return `${id},OPSCOM,${this.#one(['Ana', 'Ben', 'Cy'])},${email},${this.#random() < 0.25 ? 0 : 1}`;
    });
    const wrong = this.#random() < 0.3 ? [`w${n},NONE,Flo,,1`] : [];
    // One user of its own: no two files have the same bytes.
    return { kind: 'upload', name: `${n}.csv`, content: file([...rows, ...wrong, `n${n},OPSCOM,New,,1`]) };
  }
}
