import { expect, test } from 'vitest';
import { blocksOf, documents } from '../documents/blocks.ts';
import { tour } from './tour.ts';

/** A page with files in it is a tour. */
const tours = documents()
  .filter((document) => document.startsWith('docs/'))
  .filter((document) => blocksOf(document).some((block) => block.file !== undefined));

/** It takes minutes, as a schedule does: production-tour.slow.ts. */
const production = 'docs/production.md';

test('there is a page that is a tour', () =>
  expect(tours).toEqual(expect.arrayContaining(['docs/controls.md', production])));

for (const document of tours) if (document !== production) tour(document);
