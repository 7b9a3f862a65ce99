// What we use of cli-progress, which brings no types.
declare module 'cli-progress' {
  import type { Writable } from 'node:stream';

  export class SingleBar {
    constructor(options: {
      readonly format: (options: unknown, params: unknown, payload: { readonly text: string }) => string;
      readonly stream: Writable;
      /** false = the terminal's own setting is switched off meanwhile. */
      readonly linewrap: boolean;
    });
    start(total: number, value: number, payload: { readonly text: string }): void;
    update(value: number, payload: { readonly text: string }): void;
    stop(): void;
  }
}
