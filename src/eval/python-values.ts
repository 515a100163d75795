import type { SqlValue } from "../database/index.js";

/** Equal for two values exactly when Python calls them equal: 1 == 1.0, but 1 != '1'. Integers are bigints here. */
export function equalityKey(value: SqlValue): string {
  if (value === null) return "n";
  if (typeof value === "bigint") return `i${value}`;
  if (typeof value === "number") return Number.isInteger(value) ? `i${BigInt(value)}` : `f${value}`;
  if (typeof value === "string") return `s${value}`;
  return `b${Buffer.from(value).toString("hex")}`;
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
