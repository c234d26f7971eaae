// Configuration files of the programs: the templates of assets/config, with quick times and the ports of this test.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ASSETS } from "./world.mjs";

export function template(name, words) {
  return readFileSync(join(ASSETS, "config", name), "utf8").replace(/@([A-Z_]+)@/g, (all, word) => {
    if (!(word in words)) throw new Error(`${name}: nothing to fill in for ${all}`);
    return words[word];
  });
}

/** Flow style is YAML too: every value here is a string, number or list of them. */
export const inline = (map) => `{ ${Object.entries(map).map(([key, value]) => `${key}: ${value}`).join(", ")} }`;

export function write(path, text) {
  writeFileSync(path, text);
  return path;
}
