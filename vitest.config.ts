import { defineConfig } from "vitest/config";

// forks, not threads: the addon owns executor threads and better-sqlite3 holds native handles,
// both of which want a process of their own.
const project = (name: string, testTimeout: number) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], pool: "forks" as const, testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  test: {
    // One native model at a time keeps memory and the two cores of a small machine within bounds.
    maxWorkers: 2,
    projects: [
      project("rules", 60_000),
      project("unit", 60_000),
      project("browser", 120_000),
      { ...project("native", 180_000), test: { ...project("native", 180_000).test, fileParallelism: false } },
      { ...project("e2e", 900_000), test: { ...project("e2e", 900_000).test, fileParallelism: false } },
    ],
  },
});
