import type { Workplace } from '../workplace.ts';
export async function verifyCommand(_workplace: Workplace): Promise<number> { return 0; }
