// From how many places on a list is searched rather than scrolled, and the button that lies over what names the chosen one.
import { useState } from "preact/hooks";
import type { Session } from "./api.ts";
import { lazy } from "./lazy.tsx";

const FindPlace = lazy("find", async () => (await import("./find.tsx")).FindPlace, true);

export const MANY_PLACES = 30;

interface Props {
  id: string;
  label: string;
  places: Session["places"];
  only?: string; // of this kind
  current: string;
  choose: (id: string) => void;
}

export function PlaceSearch({ id, label, places, only, current, choose }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="over" data-testid={id} aria-label={label} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      {open && <FindPlace places={places} only={only ?? null} current={current} choose={choose} close={() => setOpen(false)} />}
    </>
  );
}
