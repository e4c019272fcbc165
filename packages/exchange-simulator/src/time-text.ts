/**
 * Writes instants of one day: from microseconds since midnight to ISO 8601 in UTC. Most have milliseconds, some
 * have microseconds and some whole seconds, so that a reader meets all forms.
 */
export function dayClock(date: string): (micros: number) => string {
  let secondShown = -1;
  let secondText = '';
  return (micros) => {
    const second = Math.floor(micros / 1_000_000);
    if (second !== secondShown) {
      secondShown = second;
      secondText = `${date}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
    }
    return secondText + fraction(micros - second * 1_000_000);
  };
}

function fraction(micros: number): string {
  const form = micros % 16;
  if (form === 0) return 'Z';
  if (form === 1) return `.${String(1_000_000 + micros).slice(1)}Z`;
  return `.${String(1_000 + Math.floor(micros / 1000)).slice(1)}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
