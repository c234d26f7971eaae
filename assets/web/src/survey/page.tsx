import "./survey.css";
export function SurveyPage() { return null; }
