// Exit 0 when node_modules holds what package-lock.json says, 1 when `npm ci` is needed.
import { readFileSync } from "node:fs";

const packages = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")).packages;

function matches() {
  const wanted = packages("../package-lock.json");
  // npm's own record of what it installed.
  const installed = packages("../node_modules/.package-lock.json");
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    // Optional packages are mostly other systems' binaries.
    return path === "" || (optional && !installed[path]) || installed[path]?.version === version;
  });
}

try {
  process.exitCode = matches() ? 0 : 1;
} catch {
  process.exitCode = 1; // no node_modules yet
}
