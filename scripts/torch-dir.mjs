// Prints the torch folder that binding.gyp builds against: the one `sqltune setup` would take.
import { searchLibtorch } from "../dist/native/libtorch.js";

const { found, notes } = searchLibtorch();
if (!found) {
  console.error(`no libtorch: ${notes.join("; ")}. Run \`sqltune setup\`, or set SQLTUNE_TORCH_DIR.`);
  process.exit(1);
}
console.log(found.dir);
