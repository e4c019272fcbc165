/** Reports what goes wrong with handlers: of each fault of each the first, the tenth, the hundredth, and the sum at the end. */
export interface HandlerFaults {
  failed(place: string, error: unknown): void;
  hung(place: string, handlerMs: number): void;
  dropped(place: string, waitingMax: number): void;
  /** An event that it did not get, or not to its end, before `close`. */
  left(place: string): void;
  /** Reports the sums that were not told yet. */
  close(): void;
}

interface Fault {
  times: number;
  timesTold: number;
  sentence: (times: number) => string;
}

export function handlerFaults(reported: (why: string) => void): HandlerFaults {
  const faults = new Map<string, Fault>();
  const tell = (fault: Fault): void => {
    fault.timesTold = fault.times;
    reported(fault.sentence(fault.times));
  };
  const count = (what: string, sentence: Fault['sentence']): Fault => {
    const fault = faults.get(what) ?? { times: 0, timesTold: 0, sentence };
    fault.times += 1;
    fault.sentence = sentence;
    faults.set(what, fault);
    return fault;
  };
  const countAndTell = (what: string, sentence: Fault['sentence']): void => {
    const fault = count(what, sentence);
    if (/^10*$/.test(String(fault.times))) tell(fault);
  };
  return {
    failed: (place, error) =>
      countAndTell(
        `failed ${place}`,
        (times) =>
          `The event handler ${place} failed${often(times)}: ${firstLine(error)} Nothing else has changed by it: see to the handler.`,
      ),
    hung: (place, handlerMs) =>
      countAndTell(
        `hung ${place}`,
        (times) =>
          `The event handler ${place} took longer than ${handlerMs / 1000} s${often(times)} and was given up: let it end sooner.`,
      ),
    dropped: (place, waitingMax) =>
      countAndTell(
        `dropped ${place}`,
        (times) =>
          `The event handler ${place} is too slow: ${waitingMax} events wait for it, and ${events(times)} dropped: let it do less, or stand under fewer events.`,
      ),
    left: (place) =>
      void count(
        `left ${place}`,
        (times) =>
          `The event handler ${place} was not waited for any longer, and ${events(times)} not taken by it: let it end sooner.`,
      ),
    close() {
      for (const fault of faults.values()) if (fault.times > fault.timesTold) tell(fault);
    },
  };
}

function often(times: number): string {
  return times === 1 ? '' : ` ${times} times`;
}

function events(count: number): string {
  return count === 1 ? '1 event was' : `${count} events were`;
}

const longestCharacters = 300;

/** The first line of what was thrown, as a sentence. */
function firstLine(error: unknown): string {
  const [line = ''] = textOf(error).trim().split('\n');
  if (line.trim() === '') return 'it says nothing.';
  return `${line.trim().slice(0, longestCharacters).replace(/[.:]$/, '')}.`;
}

/** Whatever a handler throws: even what throws when it is looked at. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return '';
  }
}
