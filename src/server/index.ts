export { createServer } from "./create-server.js";
export { type ServedModel, type ServerOptions, serverSettings } from "./settings.js";
