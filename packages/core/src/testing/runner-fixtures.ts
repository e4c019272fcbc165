import type { Columns } from '../schema.ts';
import type { RunnerFixtureName } from './runner-fixture-bytes.ts';

/** One row as texts: decimals at their scale, timestamps as `2018-07-24T00:00:00.000000Z`. */
export type FixtureRow = readonly (string | null)[];

/** A table that laws run jobs over: what is in its Parquet file, and the fingerprint that its rows have on every engine. */
export interface RunnerFixture {
  readonly columns: Columns;
  readonly rows: readonly FixtureRow[];
  readonly fingerprint: string;
}

/** A column of every type. */
export const everyTypeColumns = {
  flag: 'boolean',
  small: 'integer',
  big: 'bigint',
  money: 'decimal(18,2)',
  precise: 'decimal(38,10)',
  word: 'string',
  born: 'date',
  moment: 'timestamp',
} as const;

export const countedColumns = { n: 'bigint', label: 'string', amount: 'decimal(18,2)' } as const;
export const memberColumns = { n: 'bigint' } as const;

const everyType: readonly FixtureRow[] = [
  [
    'true',
    '-2147483648',
    '-9223372036854775808',
    '-9999999999999999.99',
    '-9999999999999999999999999999.9999999999',
    '',
    '0001-01-01',
    '0001-01-01T00:00:00.000000Z',
  ],
  [
    'false',
    '2147483647',
    '9223372036854775807',
    '9999999999999999.99',
    '9999999999999999999999999999.9999999999',
    '🍵 tab\t line\n return\r back\\slash "quotes" \'single\' é e\u0301 \u{10ffff}',
    '9999-12-31',
    '9999-12-31T23:59:59.999999Z',
  ],
  ['false', '0', '0', '-0.01', '0.0000000001', 'before 1970', '1969-12-31', '1969-12-31T23:59:59.999999Z'],
  ['true', '1', '1', '0.00', '0.0000000000', 'n', '1970-01-01', '1970-01-01T00:00:00.000000Z'],
  [null, null, null, null, null, null, null, null],
  [null, '2', null, '1.10', null, 'summer begins', '2018-03-25', '2018-03-25T01:00:00.000000Z'],
  ['true', null, '3', null, '1.1000000000', 'summer ends', '2018-10-28', '2018-10-28T00:59:59.999999Z'],
  ['true', null, '3', null, '1.1000000000', 'summer ends', '2018-10-28', '2018-10-28T00:59:59.999999Z'],
];

/** What is in the files of `runner-fixture-bytes.ts`. The fingerprints are a public format: they never change. */
export const runnerFixtures: Readonly<Record<RunnerFixtureName, RunnerFixture>> = {
  'every-type': {
    columns: everyTypeColumns,
    rows: everyType,
    fingerprint: '23cb4d9eb3415b7a1550ec1bd5aeda070283b21aeb3f8c7ac2a3c45024cb3f17',
  },
  'no-rows': {
    columns: everyTypeColumns,
    rows: [],
    fingerprint: '1dd74c14be815ca31c7be2b745a1dbbaaaa3b51aaccb90efed6aa371da698da5',
  },
  'few-counted': {
    columns: countedColumns,
    rows: [
      ['1', 'tea', '1.50'],
      ['2', 'tea', '2.25'],
      ['3', 'café', '0.01'],
    ],
    fingerprint: '409eef8d2052d8f1d6500e6272ed4bb9c1cb76097935c12db4072f421bf09572',
  },
  /** Twelve rows that the control of the laws refuses. */
  'bad-counted': {
    columns: countedColumns,
    rows: Array.from({ length: 12 }, (_, index) => [`${index + 4}`, 'debt', `-${index + 1}.00`]),
    fingerprint: 'd3a93cd2404d952a15f55804fab3ee4c435c29121f01d60e9057cc74cd906c7f',
  },
  'first-member': {
    columns: memberColumns,
    rows: [['1'], ['2']],
    fingerprint: 'd5d5ca28c4d570f6580e1ecd73e6dc3a5299cac5e66ff53a5926cbf9d7ac983f',
  },
  'second-member': {
    columns: memberColumns,
    rows: [['3'], [null]],
    fingerprint: '93ef894477e112954c1e45add365399de71c4b1c55b63510fa87b3f1f311a20b',
  },
};

/** The parameters of the members of a list, of every kind; what is optional is left out once. */
export const memberValues = [
  { date: '2018-07-24', month: '2018-07', label: "o'clock é", count: -5, flag: true, pick: 'a' },
  {
    date: '1969-12-31',
    month: '1969-12',
    label: '🍵\\',
    count: 9007199254740991,
    flag: false,
    pick: 'b',
    note: '5',
  },
] as const;

/** The columns that a job sees of the list, and its rows. */
export const listedColumns = {
  n: 'bigint',
  date: 'date',
  month: 'string',
  label: 'string',
  count: 'bigint',
  flag: 'boolean',
  pick: 'string',
  note: 'string',
} as const;

const listed: readonly FixtureRow[] = memberValues.flatMap(
  (values, index) =>
    [
      ['1', '2'],
      ['3', null],
    ][index]?.map((n) => [
      n,
      values.date,
      values.month,
      values.label,
      `${values.count}`,
      `${values.flag}`,
      values.pick,
      'note' in values ? values.note : null,
    ]) ?? [],
);

export const listedTable: RunnerFixture = {
  columns: listedColumns,
  rows: listed,
  fingerprint: 'cd097513cad83889363bda38a50c3c485d29712f39cb8375684cb419035f5e00',
};

export const emptyListTable: RunnerFixture = {
  columns: listedColumns,
  rows: [],
  fingerprint: 'd68ddab4b971bcbdf4ef45cf9a2b5d6f0c2df6db68b7b5c75be6e505bf07cea4',
};

/** The rows of `every-type` twice. */
export const everyTypeTwice: RunnerFixture = {
  columns: everyTypeColumns,
  rows: [...everyType, ...everyType],
  fingerprint: 'aacd740818d538f6cf3dc6eaedc3a58e98c2071d8573f88e620f8323a6074432',
};

/** The rows of `few-counted` and `bad-counted`. */
export const allCounted: RunnerFixture = {
  columns: countedColumns,
  rows: [...runnerFixtures['few-counted'].rows, ...runnerFixtures['bad-counted'].rows],
  fingerprint: '17d160b745cf1ed0c259af461640e95fac29a2ce11aa736aad127810b0b91a5d',
};
