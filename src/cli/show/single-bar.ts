// The bar of a terminal, by itself: few commands draw one, and those load it when they do.

export { SingleBar } from 'cli-progress';
