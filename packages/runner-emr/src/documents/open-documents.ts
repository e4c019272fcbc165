import type { CheckedEmrOptions } from '../check-options.ts';
import type { Documents } from '../documents.ts';
import { fileDocuments } from './file-documents.ts';
import { s3Documents } from './s3-documents.ts';

/** The documents of a runner's scratch. */
export function openDocuments(options: CheckedEmrOptions): Documents {
  return options.scratch.startsWith('file:') ? fileDocuments() : s3Documents(options);
}
