// The right side, the rings aside: verdict with luck band, flow, lines, money, who was rescued, all figures.

import { by } from "./controls.js";
import { dayOf, draw, interval, make, number, pairsSaid, say, short, signed } from "./words.js";

const STATUSES = ["never", "new", "line", "loop"];
const SHOWN = 12; // rows of the table of causes at first
const LUCK = ["loops", "lines", "net_margin"];
const NARROW = 640; // below this width the flow is drawn for a phone

/** Show an answer, after as many pairs of lives as it has, of those that there will be. */
export function showResult(answer, plan, of) {
  by("kicker").textContent = answer.replications < of ? say("result.sofar", { pairs: answer.replications, of }) : say("result.heading");
  showVerdict(answer, plan);
  showFlow(answer);
  showLines(answer);
  showMatrix(answer);
  showFigures(answer);
  showMoney(answer);
}

const figureOf = (answer, name) => answer.figures.find((figure) => figure.name === name);

function showVerdict(answer, plan) {
  const same = answer.changes === 0;
  by("doubts").replaceChildren(...(same ? [] : answer.doubts).map((doubt) => make("li", {}, `${say("result.careful")} ${doubt.sentence}`)));
  by("verdict-heading").textContent = same ? say("result.asitis", { title: answer.title }) : answer.headline;
  by("nothing").textContent = `${say("result.nothing")} ${say("result.asitis.words", { brand: answer.brand, weeks: answer.weeks,
    loops: number(figureOf(answer, "loops").base), lines: number(figureOf(answer, "lines").base) })}`;
  by("nothing").hidden = !same;
  const doubted = answer.doubts.some((doubt) => doubt.kind === "return"); // says the same, and louder
  by("free").hidden = same || doubted || plan.in_both || !Object.keys(plan.sliders).length;
  by("sure-card").hidden = same || answer.replications === 1;
  by("verdict-rest").textContent = answer.rest;
  by("luck").replaceChildren(...luck(answer));
}

/** The paired differences that decide, each as a dot with its band. */
function luck(answer) {
  const rows = LUCK.map((name) => figureOf(answer, name)).filter((figure) => figure.difference.low !== null);
  const cells = rows.flatMap((figure) => {
    const { low, high } = figure.difference;
    const decided = low < high && (low > 0 || high < 0);
    const verdict = !decided ? "undecided" : figure.difference.mean * figure.good > 0 ? "better" : "worse";
    return [
      make("span", { class: "strong" }, say(`luck.${figure.name}`, { currency: answer.currency })),
      make("span", { class: "picture" }, band(figure.difference)),
      make("span", { class: `number ${verdict}` }, `${interval(figure.difference, answer.replications, signed)} · ${say(`luck.${verdict}`)}`),
    ];
  });
  return [make("div", { class: "luck" }, ...cells),
    make("p", { class: "small" }, say(answer.worlds ? "luck.caption.worlds" : "luck.caption", { pairs: pairsSaid(answer.replications), worlds: answer.worlds }))];
}

function band({ mean, low, high }) {
  const reach = 1.15 * Math.max(Math.abs(low), Math.abs(high), 1e-9), x = (value) => 100 + (95 * value) / reach;
  return draw("svg", { viewBox: "0 0 200 16", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("line", { class: "axis", x1: 0, x2: 200, y1: 8, y2: 8 }), draw("line", { class: "zero", x1: 100, x2: 100, y1: 0, y2: 16 }),
    draw("rect", { class: "band", x: x(low), y: 4, width: Math.max(0.5, x(high) - x(low)), height: 8 }),
    draw("rect", { class: "dot", x: x(mean) - 0.6, y: 2, width: 1.2, height: 12 }));
}

let flowShown = null;
function showFlow(answer) {
  flowShown = answer.flow;
  const width = by("flow").clientWidth;
  // Markup of the server's own making; names in it are escaped there.
  const parsed = new DOMParser().parseFromString(width < NARROW ? answer.flow.narrow : answer.flow.wide, "image/svg+xml");
  by("flow").replaceChildren(document.adoptNode(parsed.documentElement));
}
new ResizeObserver(() => {
  const narrow = by("flow").clientWidth < NARROW;
  if (flowShown && by("flow").dataset.narrow !== String(narrow)) showFlow({ flow: flowShown });
  by("flow").dataset.narrow = String(narrow);
}).observe(by("flow"));

function showLines(answer) {
  const most = Math.max(1e-9, ...answer.lines.flatMap((end) => [end.base.mean, end.plan.mean]));
  const rows = answer.lines.map((end) => make("tr", {},
    make("td", {}, say(`end.${end.stage}`)), make("td", {}, end.cause),
    make("td", { class: "bars", "aria-hidden": "true" }, bar("was", end.base.mean / most), bar("is", end.plan.mean / most)),
    make("td", { class: "number wide" }, interval(end.base, answer.replications)), make("td", { class: "number wide" }, interval(end.plan, answer.replications)),
    make("td", { class: "number" }, interval(end.difference, answer.replications, signed))));
  const caption = say("lines.caption", { brand: answer.brand, weeks: answer.weeks, pairs: pairsSaid(answer.replications) });
  const heads = [["stage"], ["cause"], [null], ["base", "number wide"], ["plan", "number wide"], ["change", "number"]];
  const head = make("tr", {}, ...heads.map(([key, kind]) => key ? make("th", { scope: "col", class: kind }, say(`lines.${key}`)) : make("td", { "aria-hidden": "true" })));
  const body = make("tbody", {}, ...rows.slice(0, SHOWN));
  const table = make("table", { class: "ends" }, make("caption", {}, rows.length ? caption : say("lines.none")), make("thead", {}, head), body);
  by("lines").replaceChildren(scrolling(table, "lines.heading"));
  if (rows.length > SHOWN) {
    const more = make("button", { type: "button", class: "quiet", onclick: () => { body.append(...rows.slice(SHOWN)); more.remove(); } },
      say("lines.more", { count: rows.length }));
    by("lines").append(more);
  }
}

function bar(kind, share) {
  const element = make("div", { class: kind });
  element.style.width = `${100 * share}%`;
  return element;
}

const scrolling = (table, key) => make("div", { class: "scroll", role: "region", "aria-label": say(key), tabindex: 0 }, table);

function showMatrix(answer) {
  by("matrix-card").hidden = answer.changes === 0;
  const kind = (was, is) => (was === "line" && is === "loop" ? "rescued" : was === "loop" && is === "line" ? "broken" : null);
  const rows = STATUSES.map((was, row) => make("tr", {}, make("th", { scope: "row" }, say(`status.${was}`)),
    ...STATUSES.map((is, column) => make("td", { class: kind(was, is) }, number(answer.matrix[row][column])))));
  const head = make("tr", {}, make("th", { scope: "col" }, say("matrix.corner")),
    ...STATUSES.map((is) => make("th", { scope: "col", class: "number" }, say(`status.${is}`))));
  by("matrix").replaceChildren(scrolling(make("table", { class: "matrix" },
    make("caption", {}, say("matrix.caption", { pairs: pairsSaid(answer.replications) })), make("thead", {}, head), make("tbody", {}, ...rows)), "matrix.heading"));
}

function showFigures(answer) {
  const rows = answer.figures.map((figure) => make("tr", {},
    make("th", { scope: "row" }, `${figure.meaning} (${figure.unit.replace("currency", answer.currency)})`),
    make("td", { class: "number" }, short(figure.base)), make("td", { class: "number" }, short(figure.plan)),
    make("td", { class: "number" }, interval(figure.difference, answer.replications, (value) => signed(value, Math.abs(value) >= 100 ? 0 : 2)))));
  const head = make("tr", {}, make("th", { scope: "col" }, say("figures.figure")),
    ...["base", "plan", "change"].map((key) => make("th", { scope: "col", class: "number" }, say(`lines.${key}`))));
  by("figures").replaceChildren(scrolling(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)), "figures.heading"));
}

let chart = null, moneyShown = null;
export function showMoney(answer = moneyShown) {
  if (!answer) return;
  moneyShown = answer;
  const { week, gain, cost, net, low, high, payback } = answer.money;
  by("money-card").hidden = answer.changes === 0;
  if (answer.changes === 0) return;
  const last = net.length - 1, values = { weeks: answer.weeks, currency: answer.currency };
  const spends = Math.max(...cost) > 0;
  const dayOfWeek = (week) => dayOf(answer.start, week - 1); // week 1 begins on the first day
  const dated = (week, shown = week) => (answer.start ? `${shown} (${dayOfWeek(week)})` : shown);
  by("money-said").textContent = [
    say("money.end", { ...values, net: interval({ mean: net[last], low: low[last], high: high[last] }, answer.replications, signed) }),
    spends ? say(payback === null ? "money.nopayback" : "money.payback", { ...values, week: dated(payback) }) : "",
  ].join(" ");
  by("money-caption").textContent = say("money.caption", { ...values, people: number(answer.people) });
  const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const grid = { stroke: colour("pale"), width: 1 }, axis = { stroke: colour("neutral-text"), grid, ticks: grid };
  const line = (key, name, more) => ({ label: say(`money.${key}`), stroke: colour(name), width: 2, value: (_, value) => number(value), ...more });
  const edge = { stroke: "transparent", points: { show: false }, value: (_, value) => number(value) };
  chart?.destroy();
  chart = new uPlot({
    width: by("money").clientWidth, height: 260,
    scales: { x: { time: false } },
    axes: [{ ...axis, label: say(answer.start ? "money.day" : "money.week"), ...(answer.start ? { space: 90, values: (_, weeks) => weeks.map(dayOfWeek) } : {}) }, { ...axis, size: 76, values: (_, values) => values.map((value) => number(value)) }],
    series: [{ label: say("money.week"), value: (_, week) => (week === null ? "–" : dated(week, number(week))) }, line("net", "ink", { width: 3 }), line("gain", "loop"), line("cost", "line", { dash: [6, 4] }),
      { ...edge, label: "2.5 %" }, { ...edge, label: "97.5 %" }],
    bands: [{ series: [5, 4], fill: `${colour("neutral")}44` }],
  }, [week, net, gain, cost, low, high], by("money"));
}
new ResizeObserver(() => chart && by("money").clientWidth && chart.setSize({ width: by("money").clientWidth, height: 260 })).observe(by("money"));
