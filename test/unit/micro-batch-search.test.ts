import { describe, expect, it } from "vitest";
import { fitMemoryLine, predictMemory, tokensWithin } from "../../src/train/memory-line.js";
import { ruleOut, searchMicroBatch } from "../../src/train/micro-batch-search.js";
import type { PlanMemory, PlanProbe } from "../../src/train/plan-report.js";

const GB = 1e9;
const sizes = [512, 1024, 2048, 3072, 4096, 6144, 8192];
const memoryOf = (usable: number, deviceUsable: number | null = null): PlanMemory => ({
  available: usable * 1.2,
  source: "test",
  usable,
  device_available: deviceUsable,
  device_usable: deviceUsable,
});

/** A machine whose memory is a line of the tokens, and whose speed grows up to `fastest` tokens. */
function machine(options: {
  usable: number;
  fastest: number;
  failsAt?: number;
  device?: number;
  step?: number;
  disturbed?: number;
}) {
  const { usable, fastest, failsAt = Number.POSITIVE_INFINITY, device = null, step = 1e9 } = options;
  const tried: number[] = [];
  const heard: PlanProbe[] = [];
  const memory = memoryOf(usable, device);
  const measure = async ({ tokens, longest }: { tokens: number; longest: number }): Promise<PlanProbe> => {
    tried.push(tokens);
    if (tokens >= failsAt) return ruleOut({ tokens, longest }, "its process was killed by SIGKILL");
    const peak = { process: GB + longest * 1e6, device: device === null ? 0 : longest * 2e6 };
    const seconds = (tokens === options.disturbed ? 5e6 : 1e6) / Math.min(tokens, fastest);
    return {
      ...ruleOut({ tokens, longest }, ""),
      fits: true,
      reason: null,
      peak_memory: peak,
      seconds_to_finish: { typical: seconds, longest: 2 * seconds },
    };
  };
  const candidates = sizes.map((tokens) => ({ tokens, longest: tokens - 10, wholeStep: tokens >= step }));
  const run = () => searchMicroBatch({ candidates, memory, measure, onProbe: (probe) => heard.push(probe) });
  return { run, tried, heard };
}

describe("searchMicroBatch", () => {
  it("takes the largest that fits where more tokens are always faster, and never tries one that would not", async () => {
    const { run, tried, heard } = machine({ usable: 4.5 * GB, fastest: 1e9 });
    const { best, probes, largest_fitting, reason } = await run();
    expect(best?.micro_batch_tokens).toBe(3072);
    expect(tried).toEqual([512, 1024, 2048, 3072]);
    expect(probes.map(({ micro_batch_tokens, fits }) => [micro_batch_tokens, fits])).toEqual([
      ...[512, 1024, 2048, 3072].map((tokens) => [tokens, true]),
      [4096, false],
    ]);
    expect(probes.at(-1)).toMatchObject({ peak_memory: null, reason: expect.stringContaining("about 5.1 GB") });
    expect(largest_fitting).toBe(3500);
    expect(reason).toMatch(/^4,096 tokens do not fit: by the sizes before it .*4\.5 GB may be used$/);
    expect(heard).toEqual(probes);
  });

  it("stops at the second size that is no faster, and keeps the smallest of the fast ones", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 2048 });
    const { best, reason } = await run();
    expect(best?.micro_batch_tokens).toBe(2048);
    expect(tried).toEqual([512, 1024, 2048, 3072, 4096]);
    expect(reason).toBe("3,072 and 4,096 tokens are no faster and take more memory");
  });

  it("is not misled by one slow measurement", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 2048, disturbed: 1024 });
    expect((await run()).best?.micro_batch_tokens).toBe(2048);
    expect(tried).toEqual([512, 1024, 2048, 3072, 4096]);
  });

  it("takes the size before one that was killed", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 1e9, failsAt: 1024 });
    const { best, reason, largest_fitting } = await run();
    expect(best?.micro_batch_tokens).toBe(512);
    expect(tried).toEqual([512, 1024]);
    expect(reason).toBe("1,024 tokens do not fit: its process was killed by SIGKILL");
    expect(largest_fitting).toBeNull();
  });

  it("has nothing where the smallest does not fit", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 1e9, failsAt: 1 });
    expect(await run()).toMatchObject({ best: null, probes: [{ micro_batch_tokens: 512, fits: false }] });
    expect(tried).toEqual([512]);
  });

  it("ends where a step is whole", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 1e9, step: 2000 });
    expect(await run()).toMatchObject({ best: { micro_batch_tokens: 2048 }, reason: "it holds a whole step" });
    expect(tried).toEqual([512, 1024, 2048]);
  });

  it("heeds the device's memory as well as the machine's", async () => {
    const { run, tried } = machine({ usable: 100 * GB, fastest: 1e9, device: 5 * GB });
    const { best, probes, largest_fitting } = await run();
    expect(best?.micro_batch_tokens).toBe(2048);
    expect(tried).toEqual([512, 1024, 2048]);
    expect(probes.at(-1)?.reason).toMatch(/about 6\.1 GB of the device's memory, 5\.0 GB may be used/);
    expect(largest_fitting).toBe(2500);
  });
});

describe("the line of memory", () => {
  it("goes through points that lie on one, and predicts both ways", () => {
    const line = fitMemoryLine([512, 700, 4096].map((tokens) => ({ tokens, bytes: 300 + 7 * tokens })));
    expect(line?.perToken).toBeCloseTo(7, 9);
    expect(line?.base).toBeCloseTo(300, 6);
    expect(predictMemory(line, 1000)).toBeCloseTo(7300, 6);
    expect(tokensWithin(line, 7301)).toBe(1000);
    expect(tokensWithin(line, 1)).toBe(0);
    expect(tokensWithin(line, null)).toBeNull();
  });

  it("is none with one size, or where noise makes memory fall", () => {
    expect(fitMemoryLine([])).toBeNull();
    expect(fitMemoryLine([1, 2].map((bytes) => ({ tokens: 512, bytes })))).toBeNull();
    expect(fitMemoryLine([5, 4].map((bytes, i) => ({ tokens: 512 * i, bytes })))).toBeNull();
    expect(predictMemory(null, 5)).toBeNull();
  });
});
