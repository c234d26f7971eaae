// A spreadsheet as another program reads it: openpyxl, by the Python that Debian's package is for.
import assert from "node:assert/strict";
import { run } from "./process.mjs";

/** Every cell of every sheet with its type: { title: [[["s", "Place"], ["n", "4"], ...], ...] }, in the sheets' order. */
export async function readBook(file) {
  const script = "import sys, json, openpyxl\n" +
    "book = openpyxl.load_workbook(sys.argv[1], read_only=True)\n" +
    "print(json.dumps({sheet.title: [[[c.data_type, str(c.value)] for c in row] for row in sheet.iter_rows()] for sheet in book.worksheets}))";
  const p = await run("/usr/bin/python3", ["-c", script, file]);
  assert.equal(p.code, 0, p.lines.join("\n"));
  return JSON.parse(p.lines.at(-1));
}
