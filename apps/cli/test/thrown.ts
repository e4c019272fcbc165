/** What `act` throws as `code: message`, or `nothing`. */
export function thrownBy(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return `${(error as { code?: string }).code ?? error.name}: ${error.message}`;
  }
  return 'nothing';
}
