import type { CheckedEmrOptions } from '../check-options.ts';
import type { Documents } from '../documents.ts';
import { fileDocuments } from './file-documents.ts';
import { s3Documents } from './s3-documents.ts';

/** Whether what is at one URI is read as what is at the other: both are of the same kind of store. */
export function areReadAlike(one: string, other: string): boolean {
  return new URL(one).protocol === new URL(other).protocol;
}

/** The documents of a runner's scratch. */
export function openDocuments(options: CheckedEmrOptions): Documents {
  return options.scratch.startsWith('file:') ? fileDocuments() : s3Documents(options);
}
