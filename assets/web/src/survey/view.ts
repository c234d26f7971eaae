// What the address says of this page, and back. Pure.
import { addressOf } from "../kit.ts";

export interface View {
  kind: "place" | "kiosk";
  id: string;
}

export function readView(query: URLSearchParams, first: string): View {
  const kiosk = query.get("kiosk");
  return kiosk ? { kind: "kiosk", id: kiosk } : { kind: "place", id: query.get("place") ?? first };
}
export const viewAddress = ({ kind, id }: View): string => addressOf("survey", { [kind]: id });
export const pathOfView = ({ kind, id }: View): string => `content/${kind}s/${id}`;
