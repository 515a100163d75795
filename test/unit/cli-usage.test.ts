import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqltuneVersion } from "../../src/adapter/index.js";
import { cli } from "./cli-io.js";

const before = process.cwd();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-cli-"));
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

describe("help", () => {
  it("lists the commands, and each has examples", async () => {
    const { out, code } = await cli(["--help"]);
    expect(code).toBe(0);
    const verbs = [...out.matchAll(/^ {2}sqltune (\w+) .* {2}\S/gm)].map((match) => match[1]!);
    expect(verbs).toEqual(
      expect.arrayContaining(["quickstart", "plan", "train", "eval", "infer", "pull", "setup", "doctor"]),
    );
    for (const verb of verbs) {
      const help = await cli([verb, "--help"]);
      expect(help).toMatchObject({ code: 0, err: "" });
      expect(help.out, verb).toMatch(new RegExp(`Examples:\n +sqltune ${verb}`));
    }
  });

  it("--version is the package's", async () => {
    expect(await cli(["--version"])).toEqual({ code: 0, out: `${sqltuneVersion}\n`, err: "" });
  });
});

describe("mistakes on the command line end with code 2 and say what to write", () => {
  it.each([
    [
      ["trian"],
      /^error: trian is no command\. Did you mean train\? The commands are .*train.*\. See sqltune --help\.\n$/,
    ],
    [["walks"], /^error: walks is no command\..* The commands are quickstart, .*train, .*serve, .*pull, /],
    [
      ["train", "--epoch", "3"],
      "error: --epoch is no flag of train. The nearest is --epochs. See sqltune train --help.\n",
    ],
    [
      ["train", "--epoch=3", "--xyzzy"],
      "error: --epoch is no flag of train. The nearest is --epochs.\n--xyzzy is no flag of train.\nSee sqltune train --help.\n",
    ],
    [["infer", "--max_sample", "3"], "error: --max-sample is no flag of infer. See sqltune infer --help.\n"],
    [["train", "spider"], "error: spider is not expected here: train takes flags only. See sqltune train --help.\n"],
    [["plan", "--epochs", "1"], "error: --epochs is no flag of plan. See sqltune plan --help.\n"],
    [["train", "--epochs"], "error: --epochs needs a value. See sqltune train --help.\n"],
    [
      ["train", "--resume", "--overwrite"],
      "error: --resume and --overwrite exclude each other. See sqltune train --help.\n",
    ],
    [
      ["infer", "--schema", "a", "--db", "b", "--question", "c"],
      "error: --schema and --db exclude each other. See sqltune infer --help.\n",
    ],
    [
      ["infer"],
      "error: expected one of --question, --interactive, --examples and --batch. See sqltune infer --help.\n",
    ],
    [["infer", "--examples", "--interactive"], /^error: expected one of --question/],
    [
      ["eval", "--max_samples", "many"],
      'error: --max-samples is "many", expected a whole number of at least 1. See sqltune eval --help.\n',
    ],
    [["pull"], /^error: Not enough non-option arguments: got 0, need at least 1\. See sqltune pull --help\.\n$/],
  ])("%j", async (words, message) => {
    const { code, out, err } = await cli(words);
    expect(err).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("no command at all shows the help on stderr", async () => {
    const { code, out, err } = await cli([]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^sqltune COMMAND[\s\S]*error: a command is missing\.\n$/);
  });

  it("with --json the error is an object on stdout", async () => {
    const { code, out, err } = await cli(["train", "--epochs", "0", "--json"]);
    const error = JSON.parse(out);
    expect(code).toBe(2);
    expect(error).toEqual({
      error: { message: expect.any(String), code: "ERR_SQLTUNE_CONFIG", exit_code: 2 },
    });
    expect(err).toContain(`error: ${error.error.message}\n`);
  });
});

describe("flags that are short for config keys", () => {
  it("are checked as the keys are, and named as they were written", async () => {
    const words = [
      "train",
      "--epochs",
      "0",
      "--lr",
      "fast",
      "--batch_size",
      "1.5",
      "--max_train_samples",
      "0",
      "--set",
      "lora.rank=8",
    ];
    const { code, err } = await cli(words);
    expect(code).toBe(2);
    const lines = err.split("\n");
    expect(lines[0]).toMatch(
      /^config: \S+quickstart\.yaml \(the quickstart's, for want of --config and \.\/sqltune\.yaml\)$/,
    );
    expect(lines[1]).toMatch(/^error: \S+quickstart\.yaml has 5 errors:$/);
    expect(lines.slice(2, -1).sort()).toEqual([
      "  --batch-size: training.per_device_train_batch_size is 1.5, expected a whole number of at least 1. Correct it, or delete it to take the default, 4.",
      "  --epochs: training.num_epochs is 0, expected a number above 0. Correct it, or delete it to take the default, 3.",
      '  --lr: training.learning_rate is "fast", expected a number above 0. Correct it, or delete it to take the default, 0.0002.',
      "  --max-train-samples: data.max_train_samples is 0, expected a whole number of at least 1, or null. Correct it, or delete it to take the default, null.",
      "  --set lora.rank=8: lora.rank is no known key. lora.r is what it is called.",
    ]);
  });
});

describe("infer without an adapter", () => {
  it("says how to get one, before anything is loaded", async () => {
    const { code, err } = await cli(["infer", "--examples"]);
    expect(code).toBe(2);
    expect(err).toContain(
      "error: there is no adapter: no run below outputs/ has a final_model. Train one (sqltune train, or sqltune quickstart), name one with --adapter DIR, or ask the base model with --base.\n",
    );
  });
});
