// Marks with a meaning (each stands beside its word) and the few icons that stand alone.
type MarkKind = "breach" | "warning" | "fine" | "unknown" | "asleep";

const MARK: Record<MarkKind, preact.JSX.Element> = {
  breach: (
    <>
      <path class="fill" d="M4.8.9h6.4l3.9 3.9v6.4l-3.9 3.9H4.8L.9 11.2V4.8Z" />
      <path class="cut" d="M8 4v4.6M8 11.6v.1" />
    </>
  ),
  warning: (
    <>
      <path class="fill" d="M8 1.6 15.2 14H.8Z" stroke-linejoin="round" />
      <path class="cut dark" d="M8 6v3.6M8 11.9v.1" />
    </>
  ),
  fine: (
    <>
      <circle class="fill" cx="8" cy="8" r="7" />
      <path class="cut" d="m4.9 8.2 2.2 2.2 4.1-4.5" />
    </>
  ),
  unknown: <circle class="ring" cx="8" cy="8" r="6" />,
  asleep: <path class="fill" d="M13.9 10.2A6.6 6.6 0 0 1 5.8 2.1a6.6 6.6 0 1 0 8.1 8.1Z" />,
};

export function Mark({ kind }: { kind: MarkKind }) {
  return (
    <svg class={`mark ${kind}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {MARK[kind]}
    </svg>
  );
}

const ICON = {
  moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z",
  sun: "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  chevron: "m6 9 6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20a7.5 7.5 0 0 1 15 0",
} as const;

export function Icon({ name }: { name: keyof typeof ICON }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={ICON[name]} />
    </svg>
  );
}
