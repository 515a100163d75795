import { SqltuneError } from "../errors.js";

const SHOWN = 10;

/** Collects what is wrong with a source, so that one error tells it all and not only the first. */
export class ProblemList {
  private readonly problems: string[] = [];
  private count = 0;

  constructor(
    /** First line of the error: which source, e.g. "questions.csv cannot be used". */
    private readonly heading: string,
    /** Last line: what was expected and what to do. */
    private readonly advice: string,
  ) {}

  add(problem: string): void {
    this.count++;
    if (this.problems.length < SHOWN) this.problems.push(problem);
  }

  get empty(): boolean {
    return this.count === 0;
  }

  throwIfAny(): void {
    if (this.count === 0) return;
    const more = this.count > SHOWN ? [`  … and ${this.count - SHOWN} more`] : [];
    throw new SqltuneError(
      [`${this.heading}:`, ...this.problems.map((problem) => `  ${problem}`), ...more, this.advice].join("\n"),
      { code: "ERR_DATA" },
    );
  }
}
