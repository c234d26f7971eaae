// Reports by mail: which go when, to whom, how far they have gone, who has ended one; each as it would look now, in both languages;
// made and changed. A file of its own.
import "./mailings.css";
import type { Mailing, Mailings, Managed, ManagedMailings } from "../api.ts";
import { follow } from "../kit.ts";
import { useMailingsWords } from "./mailings-words.ts";
import type { TabProps } from "./page.tsx";
import type { After } from "./parts.tsx";
import { Editor, idOf, LinesField, NEW, PlaceField, Removal, SelectField, Split, TextField, useAfter, useEnded, useReport, viewAddress, Waiting, word } from "./tools.ts";

const SHOWN = ["id", "place", "channel", "every", "report", "at", "lang", "to"] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));
const LANGS = ["id", "en"] as const;

export function MailingsTab(props: TabProps) {
  const { view, set, signedOut } = props;
  const { w, m } = useMailingsWords();
  const states = useReport<Mailings>("mailings");
  const things = useReport<ManagedMailings>("manage/mailings");
  useEnded(states, signedOut);
  const after = useAfter(things, props);
  if (!states.data || !things.data) return <Waiting failure={states.failure ?? things.failure} again={() => { states.again(); things.again(); }} />;
  const { mailings } = states.data;
  const given = things.data.mailings.find((each) => idOf(each) === view.id) ?? null;
  return (
    <Split
      list={
        <section class="card" aria-labelledby="h-mailings">
          <header>
            <h2 id="h-mailings">{w.tabs.mailings}</h2>
            <button type="button" class="tool" data-testid="new" onClick={() => set({ id: NEW })}>{m.newMailing}</button>
          </header>
          {mailings.length === 0 ? <p class="hint">{m.noMailings}</p> : (
            <>
              <p class="hint">{m.mailingsHint}</p>
              <div class="scroll-x">
                <table class="data things" data-testid="mailings">
                  <thead><tr><th scope="col">{m.mailing}</th><th scope="col">{w.field.place}</th><th scope="col">{m.goes}</th><th scope="col">{m.readers}</th><th scope="col">{m.look}</th></tr></thead>
                  <tbody>{mailings.map((each) => <Row key={each.id} mailing={each} on={each.id === view.id} open={each.stored ? () => set({ id: each.id }) : null} />)}</tbody>
                </table>
              </div>
            </>
          )}
        </section>
      }
      open={(view.id === NEW || given) && (
        <MailingForm key={view.id} given={view.id === NEW ? null : given} channels={things.data.channels.map(({ id }) => id)} {...props} after={{
          ...after,
          saved: (id, changes) => { states.again(); after.saved(id, changes); },
          gone: () => { states.again(); after.gone(); },
        }} />
      )}
    />
  );
}

function Row({ mailing: { id, report, lang, stored, place, every, at, readers }, on, open }: { mailing: Mailing; on: boolean; open: (() => void) | null }) {
  const { m, f, stamp } = useMailingsWords();
  return (
    <tr class={on ? "on" : ""} data-testid={`row-${id}`}>
      <th scope="row">
        {open ? <button type="button" class="link" data-testid={`open-${id}`} aria-current={on ? "true" : undefined} onClick={open}>{id}</button> : <span>{id}</span>}
        <small>{m.reportOf[report]}, {lang}{!stored && `, ${m.ofServer}`}</small>
      </th>
      <td>{place.name}</td>
      <td data-label={m.goes}>{m.every[every]}<small>{m.fromHour(String(at).padStart(2, "0"))}</small></td>
      <td class="wrap" data-label={m.readers}>
        <ul>
          {readers.map(({ address, through, ended }) => (
            <li key={address} data-testid={`reader-${address}`}>{address}<small class={ended === null ? "" : "warn"}>{ended !== null ? m.endedAt(stamp(ended)) : through ? m.sentThrough(f.shortDate(Date.parse(`${through}T12:00Z`))) : m.nothingSent}</small></li>
          ))}
        </ul>
      </td>
      <td class="looks" data-label={m.look}>{LANGS.map((each) => <Look key={each} id={id} lang={each} label={m.lookAt(id, m.langs[each])}>{each.toUpperCase()}</Look>)}</td>
    </tr>
  );
}

const Look = ({ id, lang, label, children }: { id: string; lang: string; label: string; children: string }) => (
  <a class="tool" href={`/api/v1/mailings/${id}/preview?lang=${lang}`} target="_blank" rel="noreferrer" data-testid={`preview-${id}-${lang}`} aria-label={label}>{children}</a>
);

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function MailingForm({ given, channels, places, view, after: { saved, gone, close, say } }: TabProps & { given: Managed | null; channels: string[]; after: After }) {
  const { w, m } = useMailingsWords();
  const top = places.find(({ mine }) => mine);
  const id = given ? idOf(given) : "";
  const make = viewAddress({ tab: "channels", place: "", id: "" });
  return (
    <Editor list="mailings" given={given} start={{ id: "", place: view.place || (top ? idOf(top) : ""), channel: channels[0] ?? "", every: "weekly", lang: "id", to: [] }} title={given ? id : m.newMailing} shown={SHOWN} saved={saved} close={close} places={places}
      sayEntry={(field, value) => (field === "every" ? m.every[value as Mailing["every"]] : field === "report" ? m.reportOf[value as Mailing["report"]] : null) ?? null}
      check={(item) => {
        const wrong = textsOf(item["to"]).find((each) => !/^[^@\s<>,;"]+@[^@\s<>,;"]+$/.test(each));
        return {
          ...(word(item, "place") === "" ? { place: w.needed } : {}), ...(word(item, "channel") === "" ? { channel: w.needed } : {}),
          ...(textsOf(item["to"]).length === 0 ? { to: w.needed } : wrong ? { to: m.addressWrong(wrong) } : {}),
        };
      }}
      form={({ item, isNew, put, error }) => {
        const channel = word(item, "channel");
        const choice = (name: string, label: string, usual: string, options: readonly (readonly [string, string])[], hint = "") => (
          <SelectField name={name} label={label} hint={hint} value={word(item, name) || usual} options={options} set={(value) => put({ [name]: value })} error={error(name)} />
        );
        return (
          <>
            {isNew && <TextField name="id" label={w.field.id} hint={m.idHint} value={word(item, "id")} set={(next) => put({ id: next })} error={error("id")} />}
            {choice("report", m.report, "place", (["place", "skm"] as const).map((each) => [each, m.reportName[each]] as const))}
            <PlaceField name="place" label={w.field.place} places={places} value={word(item, "place")} set={(place) => put({ place })} error={error("place")} />
            {choice("every", m.goes, "weekly", (["daily", "weekly", "monthly"] as const).map((each) => [each, m.every[each]] as const))}
            {choice("at", m.at, "7", HOURS.map((hour) => [hour, `${hour.padStart(2, "0")}:00`] as const), m.atHint)}
            {choice("lang", w.field.lang, "id", LANGS.map((each) => [each, m.langs[each]] as const))}
            <LinesField name="to" label={m.readers} hint={m.readersHint} value={textsOf(item["to"])} set={(to) => put({ to })} error={error("to")} />
            {choice("channel", m.channel, "", channels.map((each) => [each, each] as const), m.channelHint)}
            {channels.length === 0 ? <p class="hint">{m.noMail} <a href={make} onClick={follow(make)}>{m.makeOne}</a>.</p> : channel !== "" && !channels.includes(channel) && <p class="hint warn">{m.channelGone(channel)}</p>}
          </>
        );
      }}
    >
      {given && <p class="links">{LANGS.map((each) => <a key={each} href={`/api/v1/mailings/${id}/preview?lang=${each}`} target="_blank" rel="noreferrer">{m.lookIn(m.langs[each])}</a>)}</p>}
      {given && <Removal list="mailings" given={given} id="end" words={m.end} sure={m.endSure} hint={m.endHint} done={() => {
        say(w.ended(id));
        gone();
      }} />}
    </Editor>
  );
}
