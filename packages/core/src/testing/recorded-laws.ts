import type { Expect, LawFramework } from './law.ts';

/**
 * A test framework that runs nothing until it is asked to, and then tells which laws did not hold: with it the laws are
 * tried on an implementation that is broken on purpose.
 */
export interface RecordedLaws extends LawFramework {
  names(): readonly string[];
  /** Checks the laws of these names, by default all, one after the other. */
  broken(names?: readonly string[]): Promise<readonly string[]>;
}

export function recordedLaws(expect: Expect): RecordedLaws {
  const laws = new Map<string, () => Promise<void>>();
  const endings: (() => Promise<void>)[] = [];
  return {
    describe: (_, define) => define(),
    test: (name, run) => laws.set(name, run),
    afterAll: (run) => endings.push(run),
    expect,
    names: () => [...laws.keys()],
    async broken(names = [...laws.keys()]) {
      const broken: string[] = [];
      for (const name of names) {
        try {
          await laws.get(name)?.();
        } catch {
          broken.push(name);
        }
      }
      for (const end of endings) await end();
      return broken;
    },
  };
}
