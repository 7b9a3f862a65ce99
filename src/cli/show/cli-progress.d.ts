// What we use of cli-progress, which brings no types.
declare module 'cli-progress' {
  import type { Writable } from 'node:stream';

  export class SingleBar {
    constructor(options: {
      readonly format: string;
      readonly stream: Writable;
      readonly barsize: number;
      readonly barCompleteChar: string;
      readonly barIncompleteChar: string;
      /** false = the terminal's own setting is switched off meanwhile. */
      readonly linewrap: boolean;
    });
    start(total: number, value: number, payload?: Readonly<Record<string, string>>): void;
    setTotal(total: number): void;
    update(value: number, payload?: Readonly<Record<string, string>>): void;
    stop(): void;
  }
}
