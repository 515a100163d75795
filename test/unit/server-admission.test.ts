import { describe, expect, it } from "vitest";
import { Admission } from "../../src/server/admission.js";

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function workshop(admission: Admission) {
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const start = (name: string, rows = 1, signal: AbortSignal = never) =>
    admission.run(rows, signal, () => {
      begun.push(name);
      return new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => (error ? reject(error) : resolve(`answer ${name}`)));
      });
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string, error?: Error) => {
    ends.get(name)!(error);
    await settled();
  };
  return { begun, start, end, settled };
}

describe("the door before the models", () => {
  it("lets so many rows in at once, and the others as places come free, first come first served", async () => {
    const admission = new Admission({ running: 2, waiting: 9 });
    const { begun, start, end, settled } = workshop(admission);
    const all = ["a", "b", "c", "d"].map((name) => start(name));
    await settled();
    expect(begun).toEqual(["a", "b"]);
    expect([admission.running, admission.waiting]).toEqual([2, 2]);
    await end("b");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("a");
    await end("c");
    await end("d");
    const results = await Promise.all(all);
    expect(results.map(({ result }) => result)).toEqual(["answer a", "answer b", "answer c", "answer d"]);
    expect(results.map(({ together }) => together)).toEqual([1, 2, 2, 2]);
    expect([admission.running, admission.waiting, admission.rows]).toEqual([0, 0, 0]);
  });

  it("counts a question with candidates by its rows; nobody passes one that waits for several places", async () => {
    const admission = new Admission({ running: 4, waiting: 9 });
    const { begun, start, end, settled } = workshop(admission);
    const gone = new AbortController();
    const all = [start("one"), start("large", 99), start("three", 3, gone.signal), start("small")];
    const left = expect(all[2]).rejects.toThrow("gone");
    await settled();
    expect([begun, admission.rows]).toEqual([["one"], 1]);
    await end("one");
    // More than there are places: all of them.
    expect([begun, admission.rows]).toEqual([["one", "large"], 4]);
    const second = start("second", 2);
    await end("large");
    expect([begun.slice(2), admission.rows]).toEqual([["three", "small"], 4]);
    gone.abort(new Error("gone"));
    await end("three", new Error("gone"));
    await left;
    expect(begun.at(-1)).toBe("second");
    await end("small");
    await end("second");
    await second;
  });

  it("lets those behind come in when the one before them leaves", async () => {
    const admission = new Admission({ running: 2, waiting: 9 });
    const { begun, start, end, settled } = workshop(admission);
    const first = start("first");
    const gone = new AbortController();
    const large = start("large", 2, gone.signal);
    const small = start("small");
    await settled();
    expect(begun).toEqual(["first"]);
    gone.abort(new Error("gone"));
    await expect(large).rejects.toThrow("gone");
    await settled();
    expect(begun).toEqual(["first", "small"]);
    await expect(start("late", 1, gone.signal)).rejects.toThrow("gone");
    await end("first");
    await end("small");
    await Promise.all([first, small]);
  });

  it("refuses at once when the line is full, and says when to come again", async () => {
    const admission = new Admission({ running: 1, waiting: 1 });
    const { start, end, settled } = workshop(admission);
    const accepted = [start("1"), start("2")];
    await settled();
    await expect(start("3")).rejects.toMatchObject({
      ...{ statusCode: 429, details: { code: "queue_full", retryAfter: 2 } },
    });
    await end("1");
    await end("2");
    await Promise.all(accepted);
    const fourth = start("4");
    await settled();
    await end("4");
    await fourth;
  });

  it("gives the place back when the work fails, and is idle when nothing is left", async () => {
    const admission = new Admission({ running: 1, waiting: 2 });
    await admission.idle();
    const { start, end, settled } = workshop(admission);
    const failing = expect(start("failing")).rejects.toThrow("of the model");
    const other = start("other");
    let idle = false;
    const ended = admission.idle().then(() => {
      idle = true;
    });
    await settled();
    await end("failing", new Error("of the model"));
    await failing;
    expect(idle).toBe(false);
    await end("other");
    await other;
    await ended;
  });
});
