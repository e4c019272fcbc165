import { DaybookError } from '@daybook/core';

/** What every store that speaks S3 gives; one that does not is not used. */
export function givenByStore(value: string | undefined, what: string, key: string): string {
  if (value !== undefined) return value;
  throw new DaybookError(
    'target-refused',
    `The store gave no ${what} for ${key}: use one that speaks S3; \`daybook doctor\` tries it.`,
  );
}
