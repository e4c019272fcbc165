import type { Workplace } from '../workplace.ts';
export async function graphCommand(_workplace: Workplace): Promise<number> { return 0; }
