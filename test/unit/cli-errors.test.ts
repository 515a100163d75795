import { describe, expect, it } from "vitest";
import { describeError } from "../../src/cli/describe-error.js";
import { normalizeFlags } from "../../src/cli/normalize-flags.js";
import { SqltuneError } from "../../src/errors.js";

describe("normalizeFlags", () => {
  it("takes the seed project's underscores in names alone", () => {
    expect(
      normalizeFlags([
        "eval",
        "--adapter_path=out_put/final_model",
        "--max_samples",
        "a_b",
        "--set",
        "lora.use_rslora=true",
      ]),
    ).toEqual(["eval", "--adapter-path=out_put/final_model", "--max-samples", "a_b", "--set", "lora.use_rslora=true"]);
    expect(normalizeFlags(["infer", "--", "--a_b"])).toEqual(["infer", "--", "--a_b"]);
  });
});

describe("describeError", () => {
  const withCode = (message: string, code: string, more: object = {}) =>
    Object.assign(new Error(message), { code, ...more });

  it("keeps a user error's words and exit code, without a stack", () => {
    expect(describeError(new SqltuneError("a.csv has no column sql_command.", { code: "ERR_SQLTUNE_DATA" }))).toEqual({
      message: "a.csv has no column sql_command.",
      exitCode: 1,
      code: "ERR_SQLTUNE_DATA",
    });
    expect(describeError(new SqltuneError("saved.", { exitCode: 130 }))).toMatchObject({ exitCode: 130 });
  });

  it("says of anything unexpected that it is a bug", () => {
    expect(describeError(new TypeError("x is not a function"))).toEqual({
      message:
        "this is a bug in sqltune, not a mistake of yours: TypeError: x is not a function\n" +
        "Please report it, with what the same command prints under SQLTUNE_DEBUG=1.",
      exitCode: 1,
      code: "ERR_SQLTUNE_BUG",
    });
    expect(describeError("a thrown string").message).toContain("Error: a thrown string\n");
  });

  it("advises on a full disk, missing permissions and memory", () => {
    const full = withCode("ENOSPC: no space left on device, write", "ENOSPC", { path: "outputs/x" });
    expect(describeError(full).message).toBe(
      "no disk space is left (outputs/x). Free some and run again; train --resume goes on from the last checkpoint.",
    );
    expect(describeError(withCode("EACCES: permission denied", "EACCES", { path: "outputs" })).message).toBe(
      "outputs may not be written or read (EACCES). Check its permissions, or choose another folder.",
    );
    expect(describeError(withCode("tried to allocate 3.00 GiB", "ERR_SQLTUNE_OOM")).message).toBe(
      "tried to allocate 3.00 GiB. Out of memory: sqltune plan measures what fits. Lower training.per_device_train_batch_size, training.micro_batch_tokens or model.max_seq_length, set training.gradient_checkpointing: block, or take a smaller model.",
    );
  });

  it("takes an abort for an interruption only where there was one", () => {
    const abort = new DOMException("This operation was aborted", "AbortError");
    expect(describeError(abort, { interrupted: true })).toMatchObject({ message: "interrupted.", exitCode: 130 });
    expect(describeError(abort, { interrupted: false }).exitCode).toBe(1);
    const native = withCode("aborted", "ERR_SQLTUNE_ABORTED");
    expect(describeError(native, { interrupted: true })).toMatchObject({ exitCode: 130 });
  });

  it("shows stacks, libtorch's too, under SQLTUNE_DEBUG alone", () => {
    const error = withCode("mat1 and mat2 shapes cannot be multiplied", "ERR_SQLTUNE_NATIVE", {
      nativeStack: "frame #0: c10",
    });
    expect(describeError(error).message).not.toMatch(/frame #0|at .*\.ts/);
    expect(describeError(error, { debug: true }).message).toMatch(/at .*cli-errors\.test\.ts[\s\S]*frame #0: c10/);
  });
});
