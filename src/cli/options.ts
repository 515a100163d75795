import type { Options } from "yargs";

/** A flag with one value; the last one counts where it is given twice. Numbers stay text until the config checks them. */
export function text(describe: string, more: Options = {}): Options {
  return { type: "string", requiresArg: true, describe, coerce: last, ...more };
}

/** A whole number of at least `minimum`. */
export function count(describe: string, flag: string, minimum = 1): Options {
  const coerce = (value: unknown) => {
    const given = last(value);
    if (given === undefined) return undefined;
    const number = Number(given);
    if (!Number.isInteger(number) || number < minimum || String(given).trim() === "") {
      throw new Error(`--${flag} is ${JSON.stringify(given)}, expected a whole number of at least ${minimum}`);
    }
    return number;
  };
  return { type: "string", requiresArg: true, describe, coerce };
}

export function flag(describe: string): Options {
  return { type: "boolean", describe, coerce: (value: unknown) => (Array.isArray(value) ? value.at(-1) : value) };
}

function last(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}
