// A table as people see it, and the same as a file for a spreadsheet.
// Texts that a spreadsheet would take for a formula begin with an apostrophe there: names come from elsewhere.
import type { Lang } from "../settings.ts";

export interface Cell {
  text: string; // as it is shown
  value: string | number | null; // as it is exported
  open?: () => void; // what a click on it does
}
export interface Table {
  columns: { name: string; number?: boolean }[];
  rows: Cell[][]; // the first cell names the row
}

export const word = (text: string, open?: () => void): Cell => ({ text, value: text, ...(open && { open }) });

// Spreadsheets read what their language writes: a decimal comma wants semicolons between the fields.
const WRITTEN: Record<Lang, { between: string; mark: string }> = { en: { between: ",", mark: "." }, id: { between: ";", mark: "," } };
const DIGITS = 4;

function field(value: string | number | null, lang: Lang): string {
  if (value === null) return "";
  if (typeof value === "number") return String(Number(value.toFixed(DIGITS))).replace(".", WRITTEN[lang].mark);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

export function csvOf({ columns, rows }: Table, lang: Lang): string {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(({ value }) => value))];
  return `\uFEFF${lines.map((line) => line.map((value) => field(value, lang)).join(WRITTEN[lang].between)).join("\r\n")}\r\n`;
}

export function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has taken it by then
}
