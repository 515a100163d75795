// Usage: node scripts/write-stamp.mjs FILE TORCH_DIR
// Writes the stamp that load.ts reads before it loads the addon; CMakeLists.txt writes the same one itself.
import { writeFileSync } from "node:fs";
import { readTorchFolder } from "../dist/native/libtorch.js";

const [file, torchDir] = process.argv.slice(2);
const torch = readTorchFolder(torchDir);
if (!torch) throw new Error(`${torchDir} is no torch folder`);
writeFileSync(file, `${JSON.stringify({ torch: torch.version, cxx11Abi: 1, torchDir }, null, 2)}\n`);
