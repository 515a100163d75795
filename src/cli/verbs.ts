import type { CommandModule } from "yargs";
import { compareVerb } from "./compare.js";
import { doctorVerb } from "./doctor.js";
import { evalVerb } from "./eval.js";
import { inferVerb } from "./infer.js";
import type { CliIo } from "./io.js";
import { lintVerb } from "./lint.js";
import { planVerb } from "./plan.js";
import { pullVerb } from "./pull.js";
import { quickstartVerb } from "./quickstart.js";
import { reportVerb } from "./report.js";
import { runsVerb } from "./runs.js";
import { serveVerb } from "./serve.js";
import { setupVerb } from "./setup.js";
import { trainVerb } from "./train.js";

/** Every command, in the order of the help. */
export function createVerbs(io: CliIo): CommandModule[] {
  return [
    quickstartVerb(io),
    lintVerb(io),
    planVerb(io),
    trainVerb(io),
    runsVerb(io),
    evalVerb(io),
    compareVerb(io),
    reportVerb(io),
    inferVerb(io),
    serveVerb(io),
    pullVerb(io),
    setupVerb(io),
    doctorVerb(io),
  ] as CommandModule[];
}

export function verbNames(verbs: readonly CommandModule[]): string[] {
  return verbs.map(({ command }) => String(command).split(" ")[0]!);
}
