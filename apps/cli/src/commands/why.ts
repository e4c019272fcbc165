import type { Workplace } from '../workplace.ts';
export async function whyCommand(_workplace: Workplace): Promise<number> { return 0; }
