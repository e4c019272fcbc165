import type { Workplace } from '../workplace.ts';
export async function statusCommand(_workplace: Workplace): Promise<number> { return 0; }
