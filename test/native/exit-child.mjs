// Runs exit-scenario.ts in a Node of its own: node exit-child.mjs SCENARIO MODEL_FOLDER
import { createJiti } from "jiti";

await createJiti(import.meta.url).import("./exit-scenario.ts");
