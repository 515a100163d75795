export { chooseConfig, quickstartConfig } from "./choose-config.js";
export { type LoadConfigOptions, loadConfig } from "./load.js";
export { nearestName } from "./nearest.js";
export { configNotes } from "./notes.js";
export { type Override, yamlValue } from "./overrides.js";
export { resolveConfig } from "./resolve.js";
export type { Config, ConfigInput, ConfigSection } from "./schema.js";
