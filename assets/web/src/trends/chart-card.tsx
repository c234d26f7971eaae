// A card with a chart, the same as a table, and as a file; and what it says while there is nothing to show.
import type { ComponentChildren } from "preact";
import type { Trends } from "../api.ts";
import { failureText, useEffect } from "../kit.ts";
import { csvOf, save, type Table } from "./csv.ts";
import { loadPlot, usePlot } from "./plot.tsx";
import type { Loaded } from "./report.ts";
import type { CardName, View } from "./view.ts";
import { useWords } from "./words.ts";

interface Props {
  name: CardName;
  title: string;
  view: View;
  set: (change: Partial<View>) => void;
  loaded: Loaded<Trends>;
  file: string; // of the exported table, without its ending
  sheet: string | null; // address of the same as a spreadsheet
  table: Table | null; // null: nothing to show
  tools?: ComponentChildren; // beside the title
  legend?: ComponentChildren;
  empty?: string; // what is said when there is nothing to show: no votes, if not said otherwise
  children?: ComponentChildren; // the chart
  note?: ComponentChildren; // below either
}

export function ChartCard({ name, title, view, set, loaded, file, sheet, table, tools, legend, empty, children, note }: Props) {
  const { t, w, lang } = useWords();
  const asTable = view.tables.includes(name);
  useEffect(() => {
    if (!asTable) void loadPlot(); // while the figures are on their way
  }, [asTable]);
  const toggle = () => set({ tables: asTable ? view.tables.filter((each) => each !== name) : [...view.tables, name] });
  return (
    <section class={`card chart-card ${name}-card`} aria-labelledby={`h-${name}`} aria-busy={loaded.busy} data-testid={`card-${name}`}>
      <header>
        <h2 id={`h-${name}`}>{title}</h2>
        {tools}
        <span class="gap" />
        {!asTable && table && legend}
        {table && (
          <span class="views">
            <button type="button" class="link" data-testid={`table-${name}`} aria-pressed={asTable} aria-label={asTable ? w.chartOf(title) : w.tableOf(title)} onClick={toggle}>
              {asTable ? w.chart : w.table}
            </button>
            <button type="button" class="link" data-testid={`csv-${name}`} aria-label={w.csvOf(title)} onClick={() => save(`${file}.csv`, csvOf(table, lang))}>CSV</button>
            {sheet && <a class="link" href={sheet} download data-testid={`xlsx-${name}`} aria-label={w.xlsxOf(title)}>XLSX</a>}
          </span>
        )}
      </header>
      <Failed loaded={loaded} />
      {table ? (
        <div class="body">
          {asTable ? <DataTable title={title} table={table} /> : <OrTable title={title} table={table}>{children}</OrTable>}
          {note}
        </div>
      ) : (
        !loaded.failure && <p class="hint" role="status">{loaded.data ? <><b>{empty ?? w.noVotes}</b>{w.noVotesHint}</> : t.loading}</p>
      )}
    </section>
  );
}

/** Why there is nothing new, and what the figures are of that stay. */
export function Failed({ loaded: { data, failure, again } }: { loaded: Loaded<Trends> }) {
  const { t, w, num } = useWords();
  if (!failure || failure.kind === "auth") return null;
  return (
    <p class="failed" role="alert">
      {w.failed} {failureText(failure, t)} {data && w.stillShown(data.place.name, num.days(data.from, data.to))}{" "}
      <button type="button" class="link" onClick={again}>{t.retry}</button>
    </p>
  );
}

/** A chart; the same as a table, where charts cannot be drawn. */
export function OrTable({ title, table, children }: { title: string; table: Table; children: ComponentChildren }) {
  const { t, w } = useWords();
  if (usePlot() !== "failed") return <>{children}</>;
  return (
    <>
      <p class="failed" role="alert">{w.noCharts} <button type="button" class="link" onClick={() => location.reload()}>{t.retry}</button></p>
      <DataTable title={title} table={table} />
    </>
  );
}

function DataTable({ title, table: { columns, rows } }: { title: string; table: Table }) {
  const { w } = useWords();
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={w.tableOf(title)}>
      <table class="data">
        <thead>
          <tr>{columns.map(({ name, number }) => <th key={name} scope="col" class={number ? "num" : ""}>{name}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map(({ text, open }, j) => {
                const shown = open ? <button type="button" class="link" onClick={open}>{text}</button> : text;
                return j === 0 ? <th key={j} scope="row">{shown}</th> : <td key={j} class={columns[j]?.number ? "num" : ""}>{shown}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
