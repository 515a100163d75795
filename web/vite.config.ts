import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** `vite build web` writes the page to dist/web, which `sqltune serve` serves; `vite web` serves it while it is worked on. */
export default defineConfig({
  root: here,
  // Relative, so that the page also works below a path of a proxy.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2022",
    // The server's policy admits nothing but its own files: no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(["/v1", "/health", "/docs"].map((path) => [path, "http://127.0.0.1:8000"])),
  },
});
