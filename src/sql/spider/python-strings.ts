/**
 * What Python's `str` methods call white space, a number or a word. The official evaluation scripts are written in
 * Python, and JavaScript draws these lines elsewhere (U+001C to U+001F, U+0085 and U+FEFF among others).
 */

/** The characters of `str.isspace()`, for use inside a character class. */
export const PYTHON_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** The characters of `\w` in a pattern for `str`, for use inside a character class. */
export const PYTHON_WORD = "\\p{L}\\p{N}_";

const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, "u");
const LEADING = new RegExp(`^[${PYTHON_SPACE}]+`, "u");
const SPACE = new RegExp(`^[${PYTHON_SPACE}]$`, "u");

/** `text.split()` */
export function pythonSplit(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

/** `text.rstrip()`, in time proportional to what it takes off. */
export function pythonRstrip(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** `text.strip()` */
export function pythonStrip(text: string): string {
  return pythonRstrip(text).replace(LEADING, "");
}

const NUMBER = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const NOT_FINITE = /^([+-]?)(?:(inf|infinity)|nan)$/i;
const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/** `float(text)`; null where Python raises ValueError. */
export function pythonFloatOf(text: string): number | null {
  const plain = asciiDigits(pythonStrip(text));
  if (NUMBER.test(plain)) return Number(plain.replaceAll("_", ""));
  const match = NOT_FINITE.exec(plain);
  if (match === null) return null;
  if (match[2] === undefined) return Number.NaN;
  return match[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** `int(text)`; null where Python raises ValueError (it also does from 4301 digits on). */
export function pythonIntOf(text: string): bigint | null {
  const plain = asciiDigits(pythonStrip(text));
  if (!INTEGER.test(plain)) return null;
  const digits = plain.replaceAll("_", "");
  const unsigned = digits.replace(/^[+-]/, "");
  if (unsigned.length > 4300) return null;
  return digits.startsWith("-") ? -BigInt(unsigned) : BigInt(unsigned);
}

/** Python reads the decimal digits of every script. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    if (code < 128) return digit;
    // Unicode encodes each script's digits as a run from zero to nine; runs follow one another only in steps of ten.
    let zero = code;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
    return String((code - zero) % 10);
  });
}
