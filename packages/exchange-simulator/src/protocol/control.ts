import { SimulatorError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { checkedFault, said, type Faults } from '../faults.ts';
import { errorAnswer, jsonAnswer, type Answer } from './answer.ts';

/** What the control endpoints act on. */
export interface Controlled {
  readonly exchange: Exchange;
  readonly faults: Faults;
}

/** Answers `/control/*`. `body` is the request's JSON, undefined where there is none. Throws `bad-option`. */
export function answerControl({ exchange, faults }: Controlled, route: string, body: unknown): Answer {
  switch (route) {
    case 'GET /control/state':
      return jsonAnswer(200, stateOf(exchange, faults));
    case 'POST /control/clock':
      exchange.setToday(textField(body, 'today'));
      return jsonAnswer(200, { today: exchange.today() });
    case 'POST /control/late': {
      const day = exchange.addLate(textField(body, 'date'), numberField(body, 'transactions'));
      return jsonAnswer(200, { date: day.date, count: day.count, lateTransactions: day.lateTransactions });
    }
    case 'POST /control/faults':
      faults.add(checkedFault(body));
      return jsonAnswer(200, { faults: faults.pending() });
    case 'DELETE /control/faults':
      faults.clear();
      return jsonAnswer(200, { faults: [] });
    default:
      return errorAnswer(404, `There is no ${route}: there are ${routes.join(', ')}.`);
  }
}

const routes = [
  'GET /control/state',
  'POST /control/clock',
  'POST /control/late',
  'POST /control/faults',
  'DELETE /control/faults',
];

function stateOf(exchange: Exchange, faults: Faults): unknown {
  const { seed, firstDay, postingsPerDay, variation, customers, currencies, lateShare } = exchange.books;
  return {
    today: exchange.today(),
    books: { seed, firstDay, postingsPerDay, variation, customers, currencies, lateShare },
    late: exchange.told(),
    faults: faults.pending(),
  };
}

function field(body: unknown, name: string): unknown {
  const isObject = typeof body === 'object' && body !== null && Object.hasOwn(body, name);
  return isObject ? (body as Record<string, unknown>)[name] : undefined;
}

function textField(body: unknown, name: string): string {
  const value = field(body, name);
  if (typeof value === 'string') return value;
  throw new SimulatorError('bad-option', `${name} is a day such as "2018-07-24", not ${said(value)}.`);
}

function numberField(body: unknown, name: string): number {
  const value = field(body, name);
  if (typeof value === 'number') return value;
  throw new SimulatorError('bad-option', `${name} is a whole number from 1 on, not ${said(value)}.`);
}
