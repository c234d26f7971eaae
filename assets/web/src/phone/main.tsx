// The survey of a place on the customer's own phone (/q/TOKEN): a page of its own, without a login and without the other pages' files.
import "./phone.css";
import { render } from "preact";
import { PhonePage } from "./page.tsx";

const root = document.getElementById("phone");
if (root) render(<PhonePage token={location.pathname.split("/").pop() ?? ""} />, root);
