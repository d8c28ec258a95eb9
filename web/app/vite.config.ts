import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** Which page answers an address. The server has the same table; this one serves `npm run dev`. */
const PAGES: readonly [RegExp, string][] = [
  [/^\/r\/[^/]+\/?$/, "viewer"],
  [/^\/studio\/[^/]+\/?$/, "studio"],
  [/^\/desk\/[^/]+\/?$/, "desk"],
  [/^\/setup\/?$/, "setup"],
  [/^\/sign-in\/?$/, "sign-in"],
];

/** While developing, the page comes from Vite and everything else from a server started by hand. */
const SERVER = process.env.LIVEHOUSE_DEV_SERVER ?? "http://localhost:8080";

function pages(): Plugin {
  return {
    name: "livehouse-pages",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = (request.url ?? "/").split("?")[0] ?? "/";
        const page = PAGES.find(([pattern]) => pattern.test(path));
        if (page !== undefined) request.url = `/${page[1]}.html`;
        next();
      });
    },
  };
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [pages()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: here("dist"),
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        front: here("index.html"),
        viewer: here("viewer.html"),
        studio: here("studio.html"),
        desk: here("desk.html"),
        setup: here("setup.html"),
        "sign-in": here("sign-in.html"),
      },
    },
  },
  worker: { format: "es" },
  server: {
    port: 5173,
    proxy: {
      "/api": { target: SERVER, ws: true },
      // Written out, for the short form would rewrite the host, and the server then refuses the origin.
      "/whip": { target: SERVER },
      "/whep": { target: SERVER },
      "/hls": { target: SERVER },
    },
  },
});
