export { abortable } from "./abortable.js";
export {
  decoderConfigFromGguf,
  decoderConfigFromHf,
  linearModuleNames,
  resolveTargetModules,
} from "./decoder-config.js";
export { linearShapes, loraShapes } from "./linear-shapes.js";
export { type LoadModelOptions, loadModel, readDecoderConfig } from "./load-model.js";
export { type AdapterInfo, Model, type ModelParts } from "./model.js";
export { choosePlacement, type Placement, type PlacementRequest } from "./placement.js";
