// The document as YAML that people can read, and which line says what: a check that names a line finds its field. What is read
// is the server's business: one reader of YAML is enough. Pure.
import { isItem, type Path } from "./doc.ts";

export interface Written {
  text: string;
  paths: Path[]; // of each line
}

const PLAIN = /^[A-Za-z\u00c0-\u024f](?:[^\n\t:#"'{}[\]&*!|>%@`\\]*[^\s:#"'{}[\]&*!|>%@`\\])?$/;
const PLAIN_KEY = /^[A-Za-z_][\w.-]*$/;

const scalar = (value: unknown): string => {
  if (typeof value !== "string") return value === null || value === undefined ? '""' : String(value);
  return PLAIN.test(value) && value !== "true" && value !== "false" ? value : JSON.stringify(value);
};

export function writeYaml(doc: unknown): Written {
  const lines: string[] = [];
  const paths: Path[] = [];
  const say = (line: string, path: Path) => {
    lines.push(line);
    paths.push(path);
  };
  // lead: what stands before the first line, such as the dash of a list
  const write = (value: unknown, indent: string, path: Path, lead = indent): void => {
    const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value as object);
    entries.forEach(([key, inner], i) => {
      const here = [...path, key];
      const list = typeof key === "number";
      const head = (i === 0 ? lead : indent) + (list ? "-" : `${PLAIN_KEY.test(key) ? key : JSON.stringify(key)}:`);
      if ((isItem(inner) || Array.isArray(inner)) && Object.keys(inner).length > 0) {
        if (list) return write(inner, `${indent}  `, here, `${head} `);
        say(head, here);
        return write(inner, `${indent}  `, here);
      }
      say(`${head} ${isItem(inner) ? "{}" : Array.isArray(inner) ? "[]" : scalar(inner)}`, here);
    });
  };
  if (isItem(doc) && Object.keys(doc).length > 0) write(doc, "", []);
  else say("{}", []);
  return { text: `${lines.join("\n")}\n`, paths };
}

/** "content:12:5: what is wrong": where, and what. Line 0: of the whole. */
export function readRefusal(detail: string): { line: number; column: number; text: string } | null {
  const found = /^content(?: as JSON)?:(?:(\d+):(?:(\d+):)?)? ?(.*)$/s.exec(detail);
  return found ? { line: Number(found[1] ?? 0), column: Number(found[2] ?? 1), text: found[3] ?? "" } : null;
}
