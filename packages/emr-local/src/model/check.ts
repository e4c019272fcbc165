import { invalid, ServiceError } from '../service-error.ts';
import { inputs, type Operation } from './inputs.ts';
import { scalars, xmlPattern, type Scalar } from './scalars.ts';
import { structures, type Members } from './structures.ts';

/**
 * Holds a request against the service's model and gives what of it the model knows: members it does not know are left
 * out, as are those that are null. Throws `SerializationException` for a value of another type, and one
 * `ValidationException` that lists every broken constraint.
 */
export function checkedInput(operation: Operation, body: unknown): Readonly<Record<string, unknown>> {
  const broken: string[] = [];
  const input = checkedStructure(inputs[operation], body, '', broken);
  if (broken.length > 0) {
    const errors = broken.length === 1 ? '1 validation error' : `${broken.length} validation errors`;
    throw invalid(`${errors} detected: ${broken.join('; ')}`);
  }
  return input;
}

function checkedStructure(members: Members, value: unknown, path: string, broken: string[]) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw otherType('structure', path);
  const given = value as Readonly<Record<string, unknown>>;
  const kept: Record<string, unknown> = {};
  for (const [name, declared] of Object.entries(members)) {
    const below = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const member = Object.hasOwn(given, name) ? given[name] : undefined;
    if (member !== undefined && member !== null) {
      kept[name] = checkedValue(declared.replace(/!$/, ''), member, below, broken);
    } else if (declared.endsWith('!')) {
      broken.push(`Value null at '${below}' failed to satisfy constraint: Member must not be null`);
    }
  }
  return kept;
}

function checkedValue(shape: string, value: unknown, path: string, broken: string[]): unknown {
  if (shape.startsWith('[')) {
    if (!Array.isArray(value)) throw otherType('list', path);
    const inner = shape.slice(1, -1);
    return value.map((each, index) => checkedValue(inner, each, `${path}.${index + 1}.member`, broken));
  }
  if (shape.startsWith('{')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw otherType('map', path);
    const inner = shape.slice(1, -1);
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      checkedValue(inner, each, `${path}.${key}.member`, broken),
    ]);
    return Object.fromEntries(entries) as unknown;
  }
  const members = structures[shape];
  if (members !== undefined) return checkedStructure(members, value, path, broken);
  return checkedScalar(scalars[shape]!, value, path, broken);
}

function checkedScalar(scalar: Scalar, value: unknown, path: string, broken: string[]): unknown {
  const given = scalar.type === 'timestamp' && typeof value === 'string' ? Date.parse(value) / 1_000 : value;
  if (!isOf(scalar.type, given)) throw otherType(scalar.type, path);
  const breach = breachOf(scalar, given);
  if (breach !== undefined) {
    broken.push(`Value '${String(given)}' at '${path}' failed to satisfy constraint: Member must ${breach}`);
  }
  return given;
}

function isOf(type: Scalar['type'], value: unknown): boolean {
  if (type === 'string' || type === 'boolean') return typeof value === type;
  return type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function breachOf(scalar: Scalar, value: unknown): string | undefined {
  if (typeof value === 'number') {
    if (scalar.min !== undefined && value < scalar.min) {
      return `have value greater than or equal to ${scalar.min}`;
    }
    if (scalar.max !== undefined && value > scalar.max)
      return `have value less than or equal to ${scalar.max}`;
  }
  if (typeof value !== 'string') return undefined;
  if (scalar.values !== undefined && !scalar.values.includes(value)) {
    return `satisfy enum value set: [${scalar.values.join(', ')}]`;
  }
  if (scalar.minLength !== undefined && value.length < scalar.minLength) {
    return `have length greater than or equal to ${scalar.minLength}`;
  }
  if (scalar.maxLength !== undefined && value.length > scalar.maxLength) {
    return `have length less than or equal to ${scalar.maxLength}`;
  }
  return scalar.xml === true && !xmlCharacters.test(value)
    ? `satisfy regular expression pattern: ${xmlPattern}`
    : undefined;
}

const xmlCharacters = /^[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\r\n\t]*$/u;

function otherType(type: string, path: string): ServiceError {
  return new ServiceError('SerializationException', `A ${type} was expected at '${path || 'the request'}'.`);
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
