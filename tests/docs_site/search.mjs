// Asks the site's own search: node search.mjs SITE, with the queries as JSON on stdin.
// Prints the addresses of the results of each query, best first.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [SETUP, QUERY] = [0, 2]; // the worker's types of messages
const site = process.argv[2];
const workers = join(site, "assets/javascripts/workers");
const file = readdirSync(workers).find((name) => /^search\..*\.js$/.test(name));
const { config, docs } = JSON.parse(readFileSync(join(site, "search/search_index.json"), "utf8"));
const listeners = [];
let answered;
const worker = {
  addEventListener: (_, listener) => listeners.push(listener),
  postMessage: (message) => answered(message),
  importScripts: () => {},
  location: { href: "http://site.test/" },
  ...{ console, performance, setTimeout, URL },
};
worker.self = worker;
vm.runInNewContext(readFileSync(join(workers, file), "utf8"), worker);

const ask = (message) =>
  new Promise((resolve) => {
    answered = resolve;
    for (const listener of listeners) listener({ data: message });
  });

await ask({ type: SETUP, data: { config, docs, options: { suggest: false } } });
const found = [];
for (const query of JSON.parse(readFileSync(0, "utf8"))) {
  const { data } = await ask({ type: QUERY, data: query });
  found.push(data.items.map(([best]) => best.location));
}
console.log(JSON.stringify(found));
