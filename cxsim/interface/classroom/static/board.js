// The board with its luck band, and the debrief below it.

import { $, ask, count, draw, make, say, show, signed } from "./class.js";

let told = null;
let own = null;

/** Show the board of the last round that is revealed, if there is one. */
export async function showBoard(state, team = null) {
  const round = state.phase === "revealed" ? state.round : 0;
  if (round) {
    told = await ask(`/class/board/${round}`);
    own = team;
    drawBoard();
    drawDebrief();
  }
  show("board", round > 0);
  show("debrief", round > 0);
}

const chosenFigure = () => document.querySelector("input[name=figure]:checked").value;
document.querySelectorAll("input[name=figure]").forEach((input) => input.addEventListener("change", () => drawBoard()));

function drawBoard() {
  if (!told) return;
  const figure = chosenFigure();
  const lines = [...told.board.lines].sort((a, b) => b.figures[figure].mean - a.figures[figure].mean);
  const all = lines.map((line) => line.figures[figure]);
  const low = Math.min(0, ...all.map((each) => each.low));
  const high = Math.max(0, ...all.map((each) => each.high));
  const room = (high - low || 1) * 0.03;
  const at = (value) => `${(100 * (value - low + room)) / (high - low + 2 * room || 1)}%`;
  $("ahead").textContent = told.ahead[figure];
  $("unit").textContent = say(`unit_${figure}`, { currency: told.currency });
  $("sure").textContent = told.how_sure;
  $("lines").replaceChildren(...lines.map((line) => row(line, figure, at, all[0])));
}

function row(line, figure, at, first) {
  const here = line.figures[figure];
  const place = here.best === here.worst ? `${here.best}` : `${here.best}–${here.worst}`;
  const name = make("th", { scope: "row" }, make("span", { text: line.team, class: "name" }));
  if (line.team === own) name.append(" ", make("span", { text: say("you"), class: "pill" }));
  name.append(make("span", { text: line.chosen.join(", ") || say("nothing"), class: "small block" }));
  const values = { mean: signed(here.mean), low: signed(here.low), high: signed(here.high) };
  const firsts = say("firsts", { firsts: here.firsts, worlds: told.board.worlds });
  const words = here.level_with_leader && here !== first ? `${firsts}; ${say("level")}` : firsts;
  return make(
    "tr",
    { class: `${here.level_with_leader ? "level" : ""} ${line.team === own ? "own" : ""}` },
    make("td", { text: place, class: "place" }),
    name,
    make("td", { class: "wide" }, bar(here, at, first), make("span", { text: say("interval", values), class: "value" }),
      make("span", { text: words, class: "small block" })),
    make("td", { text: count(line.price), class: "number" }),
  );
}

/** A mean with its interval, the zero of doing nothing, and the band of the first. */
function bar(here, at, first) {
  const width = (from, to) => `${parseFloat(at(to)) - parseFloat(at(from))}%`;
  return draw(
    "svg", { class: "bar", height: "100%", width: "100%", "aria-hidden": "true" },
    draw("rect", { class: "band", x: at(first.low), width: width(first.low, first.high), y: 0, height: "100%" }),
    draw("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 30 }),
    draw("line", { class: "interval", x1: at(here.low), x2: at(here.high), y1: 15, y2: 15 }),
    draw("circle", { class: "mean", cx: at(here.mean), cy: 15, r: 6 }),
  );
}

function drawDebrief() {
  const { leader, dearest, doubts, sentences, parts, stages, places } = told.debrief;
  $("doubts").replaceChildren(...doubts.map((doubt) => make("li", { text: `${say("careful", { team: leader })} ${doubt.sentence}` })));
  $("sentences").replaceChildren(...sentences.map((sentence) => make("li", { text: sentence })));
  const spenders = leader === dearest ? [leader] : [leader, dearest];
  const heading = [say("stage"), say("lines"), say("rescued", { team: leader }), ...spenders.map((team) => say("spent_by", { team }))];
  table("places", heading, places.map((place) => [
    say(place.stage, {}, "stage"), count(place.lines), count(place.rescued), count(place.spent),
    ...(spenders.length > 1 ? [count(place.spent_by_dearest)] : []),
  ]));
  show("contributed", parts.length > 0);
  $("parts-heading").textContent = say("debrief_parts", { team: leader });
  const columns = [say("paid"), say("adds_money", { currency: told.currency }), say("adds_rescued")];
  const cells = (part) => [count(part.price), interval(part.net_margin), interval(part.rescued)];
  table("parts", [say("choice"), ...columns], parts.map((part) => [part.name, ...cells(part)]));
  table("stages", [say("stage"), ...columns], stages.map((part) => [say(part.name, {}, "stage"), ...cells(part)]));
}

const interval = ({ mean, low, high }) => say("interval", { mean: signed(mean), low: signed(low), high: signed(high) });

function table(id, heading, rows) {
  const cell = (text, place) => (place ? make("td", { text, class: "number" }) : make("th", { text, scope: "row" }));
  $(id).replaceChildren(
    make("thead", {}, make("tr", {}, ...heading.map((text, place) => make("th", { text, scope: "col", class: place ? "number" : "" })))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map(cell)))),
  );
}
