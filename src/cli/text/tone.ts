// Colour, where the terminal has it: a tone says how good the news is, and only here it becomes a colour.

import { styleText } from 'node:util';

export type Tone = 'good' | 'warn' | 'bad';

/** A text with its tone, still to be escaped. */
export interface Toned {
  readonly text: string;
  readonly tone: Tone | undefined;
}

export type Paint = (tone: Tone | undefined, text: string) => string;

const COLOURS = { good: 'green', warn: 'yellow', bad: 'red' } as const;

export const paint: Paint = (tone, text) => (tone === undefined ? text : styleText(COLOURS[tone], text, { validateStream: false }));

export const paintNothing: Paint = (_tone, text) => text;

/** Splits a text at what `paint` has put into it. */
export const PAINTED = new RegExp(`(${String.fromCharCode(27)}\\[(?:31|32|33|39)m)`);
