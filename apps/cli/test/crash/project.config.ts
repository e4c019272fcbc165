/** Stands here for the project that a round puts in its place. */
export { default } from '../fixtures/daybook.config.ts';
