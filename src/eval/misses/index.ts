export { classifyMiss, type MissInput } from "./classify-miss.js";
export { inventedNames } from "./invented-names.js";
