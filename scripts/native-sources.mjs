// The one list of C++ sources, read by CMakeLists.txt and binding.gyp alike, so that the two builds cannot drift apart.
// Usage: node scripts/native-sources.mjs core|binding|test   (paths relative to the package root, one a line)
import { readdirSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** All .cc files below native/, sorted, as posix paths from the package root. */
function sources() {
  return readdirSync(join(root, "native"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".cc"))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join(posix.sep),
    )
    .sort();
}

/** binding/ needs napi.h, test/ has its own main(); everything else is the core. */
const groups = {
  binding: (file) => file.startsWith("native/binding/"),
  test: (file) => file.startsWith("native/test/"),
  core: (file) => !groups.binding(file) && !groups.test(file),
};

const group = groups[process.argv[2] ?? ""];
if (!group) {
  console.error("usage: node scripts/native-sources.mjs core|binding|test");
  process.exit(2);
}
console.log(sources().filter(group).join("\n"));
