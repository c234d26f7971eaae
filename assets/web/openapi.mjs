// node openapi.mjs OUTFILE: assets/api/openapi.yaml as JSON. Fails when it does not say exactly what the server's table of
// routes says, so that none can be forgotten, and where a reference leads nowhere.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const out = process.argv[2];
if (!out) {
  console.error("usage: node openapi.mjs OUTFILE");
  process.exit(2);
}
const document = parse(readFileSync(join(root, "assets/api/openapi.yaml"), "utf8"));

const table = /\} routes\[\] = \{\n([\s\S]*?)\n\};/.exec(readFileSync(join(root, "aggregator/http_api.c"), "utf8"))[1];
const served = [...table.matchAll(/\{"([A-Z]+)", "(\/api\/v1\/[^"]*)"/g)].map(([, method, path]) => `${method} ${path}`);
served.push("GET /api/v1/openapi.json"); // an embedded file
const told = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, "*")}`));

const wrong = [
  ...served.filter((route) => !told.includes(route)).map((route) => `assets/api/openapi.yaml says nothing of ${route}, which aggregator/http_api.c serves`),
  ...told.filter((route) => !served.includes(route)).map((route) => `assets/api/openapi.yaml tells of ${route}, which aggregator/http_api.c does not serve`),
];
JSON.stringify(document, (key, value) => {
  if (key === "$ref" && value.slice(2).split("/").reduce((o, name) => o?.[name], document) === undefined) wrong.push(`assets/api/openapi.yaml: ${value} leads nowhere`);
  return value;
});
if (served.length < 10) wrong.push("aggregator/http_api.c: the table of routes is not found any more");
for (const why of wrong) console.error(`openapi: ${why}`);
if (wrong.length) process.exit(1);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(document)}\n`);
