// What queries of Prometheus ask for, by its own grammar, and what a text of metrics (format 0.0.4) holds.
import { parser } from "@prometheus-io/lezer-promql";

/** [{ name, labels: {...}, value }]; throws where the text breaks the format or our rules for names. */
export function readMetrics(text) {
  const families = new Map(); // name -> type
  const samples = [];
  const seen = new Set();
  let helped = "";
  for (const line of text.split("\n").slice(0, -1)) {
    const [, help] = /^# HELP (\S+) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? [];
    const sample = /^([a-z_]+)(?:\{((?:[a-z0-9_]+="[^"\\]*",?)+)\})? (-?[0-9.]+)$/.exec(line);
    if (help) {
      helped = help;
    } else if (typed) {
      if (families.has(typed) || helped !== typed) throw new Error(`${typed}: HELP and TYPE come once, together, before its samples`);
      if ((type === "counter") !== typed.endsWith("_total")) throw new Error(`${typed} is a ${type}`);
      families.set(typed, type);
    } else if (sample) {
      const [, name, inner = "", value] = sample;
      const family = [...families.keys()].at(-1);
      const plain = families.get(family) === "histogram" ? name.replace(/_(bucket|sum|count)$/, "") : name;
      if (plain !== family) throw new Error(`${name} stands among the samples of ${family}`);
      if (seen.has(`${name}{${inner}}`)) throw new Error(`${name}{${inner}} stands twice`);
      seen.add(`${name}{${inner}}`);
      const labels = Object.fromEntries([...inner.matchAll(/([a-z0-9_]+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
      samples.push({ name, labels, value: Number(value) });
    } else {
      throw new Error(`no line of the format: ${line}`);
    }
  }
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  return samples;
}

/** What `query` selects: { selectors: [{ name, matchers: [{ label, op, value }] }], grouping: [label] }; throws where it is no PromQL. */
export function readQuery(query) {
  const selectors = [];
  const grouping = [];
  parser.parse(query).iterate({
    enter(node) {
      const text = (n) => query.slice(n.from, n.to);
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${query}`);
      if (node.name === "VectorSelector") {
        const at = node.node;
        const matchers = [];
        at.cursor().iterate((n) => {
          if (!/^(UnquotedLabelMatcher|LabelMatcher)$/.test(n.name)) return;
          const [, label, op, value] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/.exec(text(n));
          matchers.push({ label, op, value });
        });
        selectors.push({ name: /^\w+/.exec(text(at))?.[0], matchers });
      }
      if (node.name === "GroupingLabels") grouping.push(...text(node).replace(/[()\s]/g, "").split(","));
    },
  });
  return { selectors, grouping };
}
