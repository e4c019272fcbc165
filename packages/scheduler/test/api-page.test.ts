import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkRequest } from '@daybook/core';
import { expect, test } from 'vitest';
import type { DocumentName, WireKind } from '../src/api/answers.ts';
import {
  documentFields,
  documentMismatch,
  responseFields,
  responseMismatch,
  responseTo,
} from '../src/api/answers.ts';
import type { WireRequest } from '../src/api/documents.ts';
import type { Route } from '../src/api/routes.ts';
import { requestRoles, routes } from '../src/api/routes.ts';
import type { Fields, Shape } from '../src/api/shape.ts';
import { problem, problemKinds } from '../src/http/problem.ts';
import { running } from './running.ts';

const page = readFileSync(
  join(fileURLToPath(new URL('../../..', import.meta.url)), 'docs/scheduler-api.md'),
  'utf8',
);

/** The fields of each request: the compiler holds them to core's types. */
const requestFields: {
  readonly [K in WireKind]: Readonly<
    Record<Exclude<keyof Extract<WireRequest, { readonly kind: K }>, 'kind'>, 'yes' | 'no'>
  >;
} = {
  submit: { run: 'yes', today: 'yes', tasks: 'yes', project: 'no', command: 'no' },
  next: { worker: 'yes', runners: 'yes', attempts: 'yes', more: 'no', project: 'no' },
  beat: { worker: 'yes', attempts: 'yes', clusterHours: 'no' },
  report: { worker: 'yes', attempt: 'yes', end: 'yes' },
  cancel: { run: 'no', task: 'no' },
  retry: { run: 'yes', task: 'no' },
  pause: { name: 'no' },
  resume: { name: 'no' },
};

/** A part of the page: its heading without the marks, and its text. */
const parts = page
  .split(/^### /m)
  .slice(1)
  .map((part) => ({
    name: /^`([^`]+)`/.exec(part)?.[1] ?? '',
    text: part.split(/^## /m)[0] ?? '',
  }));

function examplesOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  return [...text.matchAll(/```json\n([^]*?)```/g)].map(
    (match) => JSON.parse(match[1] ?? '') as Readonly<Record<string, unknown>>,
  );
}

function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const code = (cell = ''): string => /^`([^`]+)`/.exec(cell)?.[1] ?? '';

test('the table of routes is that of the code', () => {
  const section = /^## Routes\n([^]*?)^## /m.exec(page)?.[1] ?? '';
  const told = rowsOf(section).map(([route, role = '', parameters = '']) => [
    code(route),
    role === 'anybody' ? 'anybody' : [...role.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? '').toSorted(),
    [...parameters.matchAll(/`([\w-]+)`/g)].map((match) => match[1]),
  ]);
  const there = Object.values<Route>(routes).map(({ method, path, roles, query }) => [
    `${method} ${path}`,
    roles === 'anybody' ? 'anybody' : roles.toSorted(),
    query,
  ]);
  expect(told).toEqual(there);
});

test('every request and every document has a part, and no other', () => {
  const there = [
    ...Object.keys(requestFields),
    ...Object.values<Route>(routes)
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => `GET ${path}`),
  ];
  expect(parts.map(({ name }) => name).toSorted()).toEqual(there.toSorted());
});

test.each(Object.keys(requestFields) as WireKind[])(
  'the part on %s has its fields, and its examples are true',
  (kind) => {
    const { text } = parts.find(({ name }) => name === kind) ?? { text: '' };
    const told = Object.fromEntries(rowsOf(text).map(([field, needed]) => [code(field), needed]));
    expect(told).toEqual(requestFields[kind]);
    const [request = {}, response, ...more] = examplesOf(text);
    expect(Object.keys(request).toSorted()).toEqual(['kind', ...Object.keys(requestFields[kind])].toSorted());
    expect(checkRequest(request)).toMatchObject({ kind });
    expect(responseMismatch(kind, response)).toBeUndefined();
    for (const each of more) expect(responseMismatch(kind, each)).toBeUndefined();
    for (const [field, needed] of Object.entries(requestFields[kind])) {
      const { [field]: left, ...rest } = request;
      expect(left).toBeDefined();
      expect(`${field} ${checkRequest(rest).kind}`).toBe(`${field} ${needed === 'yes' ? 'refused' : kind}`);
      expect(checkRequest({ ...request, [field]: [[]] })).toMatchObject({ kind: 'refused' });
    }
  },
);

test('every response is named with its fields in the part of a request that it answers', () => {
  for (const [kind, answer] of Object.entries(responseTo)) {
    const { text } = parts.find(({ name }) => name === kind) ?? { text: '' };
    // What `resume` is answered with is told with `pause`.
    const where = kind === 'resume' ? (parts.find(({ name }) => name === 'pause')?.text ?? '') : text;
    const names = Object.keys(responseFields[answer]).map((field) => field.replace('?', ''));
    expect(names.filter((name) => !where.includes(`\`${name}\``))).toEqual([]);
    expect(where).toContain(`\`${answer}\``);
  }
});

const documented = Object.values<Route>(routes).flatMap(({ path, document }) =>
  document === undefined ? [] : [{ path, document }],
);

test.each(documented)(
  'the example of GET $path is of the form of the code, with every field that is there',
  ({ path, document }) => {
    const { text } = parts.find(({ name }) => name === `GET ${path}`) ?? { text: '' };
    const [example] = examplesOf(text);
    expect(documentMismatch(document, example)).toBeUndefined();
    expect(strangeFields({ kind: 'object', fields: documentFields[document] }, example)).toEqual([]);
    const unnamed = namesIn({ kind: 'object', fields: documentFields[document] }).filter(
      (name) => !page.includes(`\`${name}\``) && !page.includes(`"${name}"`),
    );
    expect(unnamed).toEqual([]);
  },
);

test('the table of problems is that of the code', () => {
  const section = /^## Problems\n([^]*)$/m.exec(page)?.[1] ?? '';
  const told = rowsOf(section).map(([type, status]) => [code(type), Number(status)]);
  expect(told).toEqual(problemKinds.map((each) => problem(each)).map(({ type, status }) => [type, status]));
  expect(documentMismatch('problem', examplesOf(section)[0])).toBeUndefined();
});

test('the table of metrics is that of a running server', async () => {
  const server = await running();
  const text = await (await server.fetch('/metrics')).text();
  const there = [...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1] ?? '');
  const told = rowsOf(parts.find(({ name }) => name === 'GET /metrics')?.text ?? '').map(([name]) =>
    code(name),
  );
  expect(told.toSorted()).toEqual(there.toSorted());
});

test('a real server answers the examples of the page as the page says', async () => {
  const server = await running({ resources: { exchange: 1 } });
  for (const { name, text } of parts) {
    if (!Object.hasOwn(requestRoles, name)) continue;
    const [request, response = {}] = examplesOf(text);
    const answer = await server.post(request);
    expect(`${name} ${answer.status}`).toBe(`${name} 200`);
    expect(answer.body['kind']).toBe(response['kind']);
    expect(responseMismatch(name as WireKind, answer.body)).toBeUndefined();
    expect(
      Object.keys(answer.body).filter((field) => !Object.hasOwn(response, field) && field !== 'againInMs'),
    ).toEqual([]);
  }
  const run = '20180725T050000-3f9c';
  for (const { path, document } of documented) {
    const answer = await server.fetch(path.replace(':run', run));
    const value = (await answer.json()) as unknown;
    expect(documentMismatch(document, value)).toBeUndefined();
    expect(
      strangeFields({ kind: 'object', fields: documentFields[document as DocumentName] }, value),
    ).toEqual([]);
  }
});

/** The fields of a value that the table does not know. */
function strangeFields(shape: Shape, value: unknown): readonly string[] {
  if (shape.kind === 'list')
    return (value as readonly unknown[]).flatMap((each) => strangeFields(shape.of, each));
  if (shape.kind !== 'object') return [];
  const known: Fields = shape.fields;
  return Object.entries(value as object).flatMap(([name, each]) => {
    const field = known[name] ?? known[`${name}?`];
    return field === undefined ? [name] : strangeFields(field, each);
  });
}

function namesIn(shape: Shape): readonly string[] {
  if (shape.kind === 'list') return namesIn(shape.of);
  if (shape.kind !== 'object') return [];
  return Object.entries<Shape>(shape.fields).flatMap(([name, each]) => [
    name.replace('?', ''),
    ...namesIn(each),
  ]);
}
