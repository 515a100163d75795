// Usage: node scripts/count-tests.mjs CTEST_LOG CTEST_STATUS VITEST_JSON VITEST_STATUS
// Adds both runs up, prints "N passed, N failed, N skipped" as the last line and exits 1 when anything failed.
import { readFileSync } from "node:fs";

const [ctestLog, ctestStatus, vitestJson, vitestStatus] = process.argv.slice(2);

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null; // the run did not get as far as writing it
  }
}

/** A run that ends badly without naming a failed test (a compiler error, a crash) counts as one failure. */
function atLeastOne(counts, status) {
  return status !== "0" && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function countCtest(log) {
  const lines = (log ?? "").split("\n").filter((line) => /^\s*\d+\/\d+ Test +#\d+: /.test(line));
  const passed = lines.filter((line) => / Passed +[\d.]+ sec$/.test(line)).length;
  const skipped = lines.filter((line) => /\*\*\*Skipped/.test(line)).length;
  return { passed, failed: lines.length - passed - skipped, skipped };
}

function countVitest(json) {
  if (json === null) return { passed: 0, failed: 0, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(json);
  // A file that cannot be loaded has no tests to fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  for (const { name, message } of broken) console.log(`could not be run: ${name}: ${message}`);
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: (numPendingTests ?? 0) + (numTodoTests ?? 0),
  };
}

const runs = {
  "C++": atLeastOne(countCtest(read(ctestLog)), ctestStatus),
  TypeScript: atLeastOne(countVitest(read(vitestJson)), vitestStatus),
};
const total = { passed: 0, failed: 0, skipped: 0 };
const text = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
for (const [name, counts] of Object.entries(runs)) {
  console.log(`${name}: ${text(counts)}`);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(text(total));
process.exitCode = total.failed > 0 ? 1 : 0;
