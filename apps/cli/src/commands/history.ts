import type { Workplace } from '../workplace.ts';
export async function historyCommand(_workplace: Workplace): Promise<number> { return 0; }
