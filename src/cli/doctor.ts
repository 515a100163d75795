import type { CommandModule } from "yargs";
import { SqltuneError } from "../errors.js";
import { type Diagnosis, diagnose } from "../native/diagnose.js";
import { type CliIo, createPrinter } from "./io.js";

export function doctorVerb(io: CliIo): CommandModule<unknown, { json?: boolean }> {
  return {
    command: "doctor",
    describe: "say what this machine has and what to fix",
    builder: (y) =>
      y
        .example("$0 doctor", "Node, libtorch, device, memory, SQLite's binding")
        .example("$0 doctor --json", "the same for a bug report") as never,
    handler: async ({ json }) => {
      const print = createPrinter(io, json === true);
      const diagnosis = await diagnose();
      print.text(describe(diagnosis));
      print.record(diagnosis);
      const { fixes } = diagnosis;
      if (fixes.length === 0) return;
      const list = fixes.map((fix, i) => `  ${i + 1}. ${fix}`).join("\n");
      throw new SqltuneError(`sqltune is not ready. In this order:\n${list}`, {
        code: "ERR_SQLTUNE_NOT_READY",
        reported: true,
      });
    },
  };
}

function describe(found: Diagnosis): string {
  const { libtorch, addon, native, memory, cache, sqlite } = found;
  const rows: [boolean, string, string][] = [
    [found.prerequisites[0]?.ok ?? true, "Node", `${found.node} on ${found.platform}`],
    [
      libtorch !== null,
      "libtorch",
      libtorch ? `${libtorch.version} in ${libtorch.dir} (${libtorch.source})` : "none found",
    ],
    [addon.loads, "native layer", addon.problem ?? `${addon.file} (built for libtorch ${native?.torchBuilt})`],
    ...(native ? deviceRows(native) : []),
    [true, "memory", `${gigabytes(memory.total)}, ${gigabytes(memory.free)} free`],
    [true, "disk", `${cache.free === null ? "unknown" : gigabytes(cache.free)} free for ${cache.folder}`],
    [sqlite.ok, "SQLite binding", sqlite.problem ?? "better-sqlite3 loads"],
    ...toolRows(found),
  ];
  const width = Math.max(...rows.map(([, name]) => name.length));
  const lines = rows.map(([ok, name, text]) => `${ok ? "ok     " : "missing"}  ${name.padEnd(width)}  ${text}`);
  return [...lines, ...found.hints.map((hint) => `hint     ${hint}`)].join("\n");
}

/** What building needs; Node has a row already. */
function toolRows({ prerequisites }: Diagnosis): [boolean, string, string][] {
  return prerequisites.filter(({ name }) => !name.startsWith("Node")).map(({ ok, name, found }) => [ok, name, found]);
}

function deviceRows(native: NonNullable<Diagnosis["native"]>): [boolean, string, string][] {
  const { cuda, mps, threads, cpuCapability, fastBfloat16 } = native;
  const devices = ["cpu", ...cuda.devices.map((name, i) => `cuda:${i} (${name})`), ...(mps.available ? ["mps"] : [])];
  const bfloat16 = fastBfloat16 ? "fast bfloat16" : "no fast bfloat16";
  return [
    [true, "devices", devices.join(", ")],
    [true, "processor", `${threads} threads, ${cpuCapability}, ${bfloat16}`],
  ];
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
