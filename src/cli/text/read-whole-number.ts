// A number behind an option.

import { InvalidArgumentError } from 'commander';

export function readWholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const n = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (n >= min && n <= max) return n;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}
