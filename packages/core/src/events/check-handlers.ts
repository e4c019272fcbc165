import { eventKinds } from './event.ts';

/** What is wrong with the handlers of a configuration, as the end of a sentence about it. */
export function handlersRefusal(on: unknown): string | undefined {
  if (on === undefined) return undefined;
  if (typeof on !== 'object' || on === null || Array.isArray(on))
    return 'has an `on` that is no object: write on: { runEnded: (event) => … }.';
  for (const [kind, given] of Object.entries(on as Readonly<Record<string, unknown>>)) {
    if (!eventKinds.some((each) => each === kind))
      return `has handlers of "${kind}", which is no event: there is ${eventKinds.join(', ')}.`;
    if (given === undefined || typeof given === 'function') continue;
    if (!Array.isArray(given)) return `has ${notFunction(`on.${kind}`)}`;
    const index = given.findIndex((each) => typeof each !== 'function');
    if (index >= 0) return `has ${notFunction(`on.${kind}[${index}]`)}`;
  }
  return undefined;
}

function notFunction(place: string): string {
  return `a value at ${place} that is no function: give a handler such as (event) => …, or a list of them.`;
}
