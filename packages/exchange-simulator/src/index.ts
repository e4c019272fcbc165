export type { Books, BooksOptions } from './books.ts';
export type { Day } from './day.ts';
export { SimulatorError, type SimulatorErrorCode } from './errors.ts';
export { createExchange, type Exchange, type ExchangeOptions } from './exchange.ts';
export { exportDay, exportName, type Exported, type ExportOptions } from './export.ts';
export { faultKinds, type Fault, type FaultKind, type Faults } from './faults.ts';
export { exchangeAccounts, firstCustomerAccount, type Posting, type PostingKind } from './posting.ts';
export {
  startExchangeServer,
  type ExchangeServer,
  type ExchangeServerOptions,
  type ServedRequest,
} from './protocol/server.ts';
export { amountText, columns, csvLine, ndjsonLine, type Format } from './text.ts';
export type { CurrencyTotals, DayTotals } from './totals.ts';
