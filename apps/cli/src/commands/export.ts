import type { Workplace } from '../workplace.ts';
export async function exportCommand(_workplace: Workplace): Promise<number> { return 0; }
