// Bundles the console: `node bundle.js FOLDER` reads the sources in FOLDER and writes FOLDER/bundle/: `main.js` and
// `first.js` with all that the first page needs, a script for each view that loads later, `shared.js` with what several
// of these use, and two style sheets. The folder is as deep as those of the sources, so that relative addresses stay right.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const [folder] = process.argv.slice(2);
const read = (path) => readFileSync(join(folder, path), "utf8");
const lazySheets = [];

/** The views that load later have one style sheet together. */
const oneLazySheet = {
  name: "one-lazy-sheet",
  transform(code, id) {
    if (!id.endsWith("app/style_sheets.js")) return null;
    lazySheets.push(...[...code.matchAll(/"([\w/]+)"/g)].map(([, sheet]) => `${sheet}.css`));
    return 'export const LAZY_SHEETS = ["bundle/lazy"];';
  },
};

const build = await rolldown({
  input: join(folder, "main.js"),
  plugins: [oneLazySheet],
  onwarn: (warning) => { throw new Error(warning.message); },
});
await build.write({
  dir: join(folder, "bundle"),
  minify: true,
  entryFileNames: "main.js",
  chunkFileNames: "[name].js",
  codeSplitting: {
    groups: [
      { name: "first", tags: ["$initial"], priority: 2 },
      // Code that several views use is one file, instead of one for each set of views.
      { name: "shared", minShareCount: 2, priority: 1 },
    ],
  },
});

const page = read("index.html");
const firstSheets = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)">\n/g)];
if (!firstSheets.length || !lazySheets.length) throw new Error("No style sheets were found.");
mkdirSync(join(folder, "bundle"), { recursive: true });
writeFileSync(join(folder, "bundle/first.css"), firstSheets.map(([, path]) => read(path)).join("\n"));
writeFileSync(join(folder, "bundle/lazy.css"), lazySheets.map(read).join("\n"));
writeFileSync(join(folder, "index.html"), page
  .replace(firstSheets[0][0], '<link rel="stylesheet" href="bundle/first.css">\n<link rel="modulepreload" href="bundle/first.js">\n')
  .replace(/<link rel="stylesheet" href="(?!bundle)[^"]+">\n/g, "")
  .replace(/<link rel="modulepreload" href="(?!bundle)[^"]+">\n/g, "")
  .replace('src="main.js"', 'src="bundle/main.js"'));
