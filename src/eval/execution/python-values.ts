import type { SqlValue } from "../../database/index.js";

/** Numbers values so that two get the same number exactly when Python calls them equal: 1 == 1.0, but 1 != '1'. */
export class ValueIds {
  readonly #ids = new Map<SqlValue, number>();
  readonly #blobs = new Map<string, number>();
  #count = 0;
  #integralReals = false;

  /** There were whole numbers among the REALs: some equal values may not be the same, as 1 and 1.0, or 0.0 and -0.0. */
  get mixed(): boolean {
    return this.#integralReals;
  }

  /** @param value read with `safeIntegers` */
  of(value: SqlValue): number {
    if (value instanceof Uint8Array) return this.#number(this.#blobs, Buffer.from(value).toString("latin1"));
    if (typeof value !== "number" || !Number.isInteger(value)) return this.#number(this.#ids, value);
    this.#integralReals = true;
    return this.#number(this.#ids, BigInt(value));
  }

  #number<T>(ids: Map<T, number>, key: T): number {
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, this.#count);
    return this.#count++;
  }
}

/** One number for two that are below 2^26. */
export function numberOf(high: number, low: number): number {
  return high * 2 ** 26 + low;
}

/** Python's `str(x) + str(type(x))`, by which the official script sorts the values of a row. */
export function pythonSortKey(value: SqlValue): string {
  if (value === null) return "None<class 'NoneType'>";
  if (typeof value === "bigint") return `${value}<class 'int'>`;
  if (typeof value === "number") return `${pythonFloat(value)}<class 'float'>`;
  if (typeof value === "string") return `${value}<class 'str'>`;
  return `b'${Buffer.from(value).toString("hex")}'<class 'bytes'>`;
}

/** `repr` of a float. JavaScript finds the same shortest digits; Python writes ".0" and goes over to exponents elsewhere. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : value < 0 ? "-inf" : "nan";
  if (Object.is(value, -0)) return "-0.0";
  if (value === 0) return "0.0";
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) {
    const text = power < 0 ? value.toFixed(mantissa.replace(/\D/g, "").length - 1 - power) : String(value);
    return text.includes(".") ? text : `${text}.0`;
  }
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
