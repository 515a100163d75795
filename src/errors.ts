/**
 * An error the user can act on: what was found, what was expected, what to do. The CLI prints its message without
 * a stack; anything else that reaches the CLI is a bug and says so.
 */
export class SqltuneError extends Error {
  override readonly name = "SqltuneError";
  constructor(
    message: string,
    readonly details: {
      code?: string;
      exitCode?: 1 | 2 | 130;
      cause?: unknown;
      /** The command's own result already tells of it: `--json` prints no second object. */
      reported?: boolean;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }
}
