// The SKM report as it is published: the index with its class, the sample, the nine elements, the units below, the method.
import type { TrendsSkm } from "../api.ts";
import { Bar } from "./bar.tsx";
import { useReportWords, type Said } from "./words.ts";

const LEAST = 25;
const MOST = 100;
const WEAKEST_MOST = 3; // elements that are as low: of more nothing is said
const CLASSES = [["D", 25], ["C", 65], ["B", 76.61], ["A", 88.31]] as const; // lower ends

export function Skm({ data }: { data: TrendsSkm }) {
  const said = useReportWords();
  const { r, f } = said;
  if (data.index === null || !data.class)
    return (
      <section class="part" data-testid="skm-none">
        <h3>{data.respondents ? r.few(f.int(data.least)) : r.noSkm}</h3>
        {!data.respondents && <p class="said">{r.noSkmHint}</p>}
      </section>
    );
  return (
    <>
      <Index data={data} index={data.index} letter={data.class} said={said} />
      <Elements data={data} said={said} />
      {data.units.length > 0 && <Units data={data} said={said} />}
    </>
  );
}

function Index({ data, index, letter, said: { r, f, two } }: { data: TrendsSkm; index: number; letter: string; said: Said }) {
  const { sample, respondents } = data;
  return (
    <section class="part index">
      <div>
        <h3>{r.ikm}</h3>
        <p class="value"><strong data-testid="skm-index">{two(index)}</strong></p>
        {data.lo !== null && data.hi !== null && <p class="sub">{r.interval(two(data.lo), two(data.hi))}</p>}
      </div>
      <div>
        <h3>{r.performance}</h3>
        <p class="value"><b class="letter" aria-hidden="true">{letter}</b> <strong data-testid="skm-class"><span class="vh">{letter}: </span>{wordOf(letter, r)}</strong></p>
        <p class="sub">{data.enough ? "" : r.few(f.int(data.least))}</p>
      </div>
      <div>
        <h3>{r.respondents}</h3>
        <p class="value"><strong data-testid="skm-respondents">{f.int(respondents)}</strong></p>
        <p class="sub" data-testid="skm-sample">
          <b>{sample.reached ? r.sampleReached(f.int(sample.needed)) : r.sampleShort(f.int(sample.needed), f.int(sample.needed - respondents))}</b>{" "}
          <span>{sample.population === null ? r.ofAny : r.ofPopulation(f.int(sample.population))}</span>
        </p>
      </div>
      <Scale data={data} index={index} letter={letter} said={{ r, two }} />
    </section>
  );
}

function Scale({ data, index, letter, said: { r, two } }: { data: TrendsSkm; index: number; letter: string; said: Pick<Said, "r" | "two"> }) {
  const x = (value: number) => Math.round(((value - LEAST) / (MOST - LEAST)) * 1000) / 10;
  return (
    <svg class="classes" width="100%" height="62" role="img" aria-label={r.scaleAlt(two(index), letter)}>
      {CLASSES.map(([name, from], i) => {
        const to = CLASSES[i + 1]?.[1] ?? MOST;
        return (
          <g key={name} class={name === letter ? "this" : ""}>
            <rect x={`${x(from)}%`} y="14" width={`${x(to) - x(from)}%`} height="24" />
            <text x={`${(x(from) + x(to)) / 2}%`} y="30" text-anchor="middle">{name}</text>
            <text class="sub" x={`${x(from)}%`} y="56" text-anchor={i ? "middle" : "start"}>{i ? two(from) : LEAST}</text>
          </g>
        );
      })}
      <text class="sub" x="100%" y="56" text-anchor="end">{MOST}</text>
      {data.lo !== null && data.hi !== null && <line class="between" x1={`${x(data.lo)}%`} x2={`${x(data.hi)}%`} y1="7" y2="7" />}
      <line class="mark" x1={`${x(index)}%`} x2={`${x(index)}%`} y1="2" y2="12" />
    </svg>
  );
}

function Elements({ data, said: { r, f, two } }: { data: TrendsSkm; said: Said }) {
  const told = data.elements.filter(({ value }) => value !== null);
  const least = Math.min(...told.map(({ value }) => value ?? MOST));
  const weakest = told.filter(({ value }) => value === least);
  const nameOf = (element: string) => r.element_[element] ?? element;
  return (
    <section class="part" aria-labelledby="h-elements">
      <h3 id="h-elements">{r.elements}</h3>
      <table class="rows" data-testid="skm-elements">
        <thead>
          <tr><th scope="col">{r.element}</th><th class="bar-head" aria-hidden="true" /><th scope="col" class="num">{r.mean}</th><th scope="col" class="num">{r.value}</th><th scope="col" class="num more">{r.answers}</th></tr>
        </thead>
        <tbody>
          {data.elements.map(({ element, n, mean, value, lo, hi }, i) => (
            <tr key={element}>
              <th scope="row"><span class="code" aria-hidden="true">U{i + 1}</span>{nameOf(element)}</th>
              <td class="bar-cell">{value !== null && <Bar value={value} lo={lo === null ? null : lo * 25} hi={hi === null ? null : hi * 25} from={LEAST} to={MOST} alt={r.valueAlt(two(value), two((lo ?? 0) * 25), two((hi ?? 0) * 25))} />}</td>
              <td class="num">{mean === null ? "–" : two(mean)}</td>
              <td class="num strong">{value === null ? "–" : two(value)}</td>
              <td class="num more">{f.int(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.enough && weakest.length <= WEAKEST_MOST && <p class="said">{r.weakest(weakest.map(({ element }) => nameOf(element)).join(", "))}</p>}
    </section>
  );
}

function Units({ data, said: { r, f, two } }: { data: TrendsSkm; said: Said }) {
  return (
    <section class="part" aria-labelledby="h-units">
      <h3 id="h-units">{r.units}</h3>
      <table class="rows units" data-testid="skm-units">
        <thead>
          <tr><th scope="col">{r.unitName}</th><th class="bar-head" aria-hidden="true" /><th scope="col" class="num">{r.ikm}</th><th scope="col">{r.performance}</th><th scope="col" class="num more">{r.respondents}</th></tr>
        </thead>
        <tbody>
          {data.units.map(({ place, index, lo, hi, class: letter, respondents }) => (
            <tr key={place.id}>
              <th scope="row">{place.name}</th>
              <td class="bar-cell">{index !== null && <Bar value={index} lo={lo} hi={hi} from={LEAST} to={MOST} alt={r.valueAlt(two(index), two(lo ?? 0), two(hi ?? 0))} />}</td>
              <td class="num strong">{index === null ? "–" : two(index)}</td>
              <td class="grade">{letter ? `${letter} · ${wordOf(letter, r)}` : "–"}</td>
              <td class="num more">{f.int(respondents)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const wordOf = (letter: string, r: Said["r"]): string => r.classes[letter as keyof typeof r.classes] ?? letter;
