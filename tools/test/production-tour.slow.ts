import { tour } from './tour.ts';

tour('docs/production.md');
