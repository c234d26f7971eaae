// What GET /api/v1/phone/TOKEN says, and which question follows which answers: as shared/survey.h. Pure.
export type Words = Record<string, string>; // "en" or "en.1-2" -> text

export interface Question {
  id: string;
  type: "faces" | "nps" | "choice" | "text" | "number" | "contact";
  of: number;
  several: boolean;
  digits: number;
  options: { id: string; words: Words }[];
  title: Words;
  hint: Words;
  when: { question: string; mask: number }[]; // all must hold: bit score - 1, or bit of the option
  purpose: Words; // contact: what it is used for; "%d" stands for keepDays
  keepDays: number;
}
export interface Survey {
  place: { id: string; name: string };
  languages: string[];
  language: string;
  questions: Question[];
  texts: Words; // "en.question": instead of the catalogue's
  promise: Words;
  againMinutes: number;
}
export type Answer = { question: string; score?: number; options?: string[]; text?: string; name?: string; reach?: string }; // name, reach: contact

function given(question: Question, answer: Answer | undefined): number {
  if (!answer) return 0;
  if (answer.score) return 1 << (answer.score - 1);
  return (answer.options ?? []).reduce((bits, id) => bits | (1 << question.options.findIndex((each) => each.id === id)), 0);
}

/** The question asked after `after` (null: the first); null when there is none. */
export function nextQuestion(survey: Survey, after: string | null, answers: Answer[]): Question | null {
  const from = survey.questions.findIndex(({ id }) => id === after) + 1;
  const bits = (id: string) => {
    const question = survey.questions.find((each) => each.id === id);
    return question ? given(question, answers.find((each) => each.question === id)) : 0;
  };
  return survey.questions.slice(from).find(({ when }) => when.every(({ question, mask }) => (bits(question) & mask) !== 0)) ?? null;
}

/** The words of a language for a visit whose face was `score` (0: none yet); null: the catalogue's. */
export function wordsOf(words: Words, lang: string, score: number): string | null {
  for (const [key, text] of Object.entries(words)) {
    const [, of, from, to] = /^(.+)\.(\d+)(?:-(\d+))?$/.exec(key) ?? [];
    if (of === lang && score >= Number(from) && score <= Number(to ?? from)) return text;
  }
  return words[lang] ?? null;
}
