// The ring: real simulated people going round it, in base and plan, the same person at the same place. Who is rescued or lost
// wears a halo. The dots are one pair of lives; the figures in the middle and at the stages are the verdict's, of all pairs.

import { fitting, interval, number, say, signed } from "./words.js";

const STEPS = 10, ARCS = 5, ROUND = STEPS * ARCS; // as in cxsim/interface/explorer/ring.py
const ABSENT = 0, LOOP = 3, LINE = 4;
const STAGES = ["expectation", "research", "purchase", "use", "support"];
const SECONDS = 28; // for a whole run
const TURN = 2 * Math.PI;

/** One world: for each dot and frame a place and a state, and for how many frames the line has ended. */
class World {
  constructor(base64, frames) {
    this.codes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    this.frames = frames;
    this.age = new Uint8Array(this.codes.length);
    for (let i = 0; i < this.codes.length; i++)
      if (this.state(i) === LINE) this.age[i] = i % frames && this.state(i - 1) === LINE ? Math.min(255, this.age[i - 1] + 1) : 0;
  }

  state(i) { return Math.floor(this.codes[i] / ROUND); }
  place(i) { return (this.codes[i] % ROUND) / ROUND; }
}

// Always the same spread for the same dot: a fixed irrational walk, no luck of its own.
const spread = (dot, step) => (dot * step + 0.5) % 1;

export class Rings {
  /** Draws on two canvases; `chosen` hears of a person who was clicked, `moved` of each change of the week. */
  constructor(canvases, { chosen, moved }) {
    this.canvases = canvases;
    this.moved = moved;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.at = 0;
    this.selected = -1;
    this.only = false; // whether only who differs is drawn
    for (const [side, canvas] of Object.entries(canvases))
      canvas.addEventListener("click", (event) => {
        const dot = this.nearest(side, event);
        if (dot >= 0) chosen(this.ring.dots[dot].person);
      });
    new ResizeObserver(() => this.paint()).observe(canvases.base);
  }

  /**
   * Draw the people of an answer; what the verdict says of them stands in the middle. True if they were drawn already.
   * An answer that goes on from the one before leaves the week, and whether it plays, as they are.
   */
  show(answer, goesOn) {
    const { ring, weeks } = answer;
    const samePair = Boolean(this.ring) && this.ring.base === ring.base && this.ring.plan === ring.plan;
    this.figures = figuresOf(answer);
    this.ring = ring;
    this.weeks = weeks;
    if (!samePair) {
      this.worlds = { base: new World(ring.base, ring.frames), plan: new World(ring.plan, ring.frames) };
      this.selected = -1;
    }
    if (!goesOn) {
      this.stop();
      this.only = false;
      this.at = this.still.matches ? this.last : 0;
      if (!this.still.matches) this.play();
    }
    this.paint();
    for (const side of ["base", "plan"]) this.canvases[side].setAttribute("aria-label", this.described(side));
    return samePair;
  }

  get last() { return this.ring.frames - 1; }
  get week() { return Math.min(this.weeks, Math.round(this.at * this.ring.weeks_per_frame)); }
  get playing() { return Boolean(this.clock); }

  play() {
    if (this.at >= this.last) this.at = 0;
    let before = performance.now();
    const tick = (now) => {
      const passed = Math.min(100, now - before);
      before = now;
      this.at = Math.min(this.last, this.at + (passed / 1000) * (this.last / SECONDS));
      this.paint();
      if (this.at >= this.last) this.stop();
      else this.clock = requestAnimationFrame(tick);
    };
    this.clock = requestAnimationFrame(tick);
    this.moved();
  }

  stop() {
    cancelAnimationFrame(this.clock);
    this.clock = 0;
    this.moved();
  }

  seek(week) {
    this.stop();
    this.at = Math.min(this.last, week / this.ring.weeks_per_frame);
    this.paint();
  }

  /** Draw everybody who was picked, or only who ends differently, of whom every dot is one person. */
  showOnly(only) {
    this.only = only;
    this.paint();
  }

  select(person) {
    this.selected = this.ring.dots.findIndex((dot) => dot.person === person);
    this.paint();
  }

  paint() {
    if (!this.ring) return;
    const style = getComputedStyle(document.documentElement);
    this.letters = 0.75 * parseFloat(style.fontSize); // larger on a projector
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colours = [null, "first", "referral", "loop", "line"].map((name) => name && this.colour(name));
    for (const side of ["base", "plan"]) this.paintOne(side);
    this.moved();
  }

  paintOne(side) {
    const canvas = this.canvases[side], size = canvas.clientWidth, ratio = devicePixelRatio || 1;
    if (!size) return;
    if (canvas.width !== Math.round(size * ratio)) [canvas.width, canvas.height] = [Math.round(size * ratio), Math.round(canvas.clientHeight * ratio)];
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size, canvas.clientHeight);
    this.paintGround(pen, size, canvas.clientHeight, this.figures[side]);
    const radius = Math.max(1.8, size / 190);
    const shown = this.ring.dots.map((dot, place) => place).filter((dot) => this.isShown(dot));
    const halos = shown.filter((dot) => this.halo(dot));
    for (const dot of [...shown.filter((each) => !halos.includes(each)), ...halos]) {
      const spot = this.spot(side, dot, size);
      if (!spot) continue;
      const halo = this.halo(dot), chosen = dot === this.selected;
      pen.globalAlpha = halo ? 1 : halos.length ? 0.6 * spot.alpha : spot.alpha;
      pen.fillStyle = this.colours[spot.state];
      disc(pen, spot, chosen ? 2 * radius : halo ? 1.25 * radius : radius).fill();
      if (halo) this.paintHalo(pen, spot, halo, 2.3 * radius);
      if (!chosen) continue;
      pen.globalAlpha = 1;
      pen.strokeStyle = this.colour("ink");
      pen.lineWidth = 2;
      disc(pen, spot, 3.6 * radius).stroke();
    }
    pen.globalAlpha = 1;
  }

  /** A circle around who is rescued, a square around who is lost: told apart without colours, too. */
  paintHalo(pen, { x, y }, halo, radius) {
    pen.strokeStyle = this.colour(halo === "rescued" ? "loop-text" : "line-text");
    pen.lineWidth = Math.max(1.2, radius / 3);
    if (halo === "rescued") disc(pen, { x, y }, radius).stroke();
    else pen.strokeRect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  }

  isShown(dot) {
    const { picked, base, plan } = this.ring.dots[dot];
    return dot === this.selected || (this.only ? base !== plan : picked);
  }

  /** How base and plan differ now for one person: "rescued", "lost", or not in loops and lines. */
  halo(dot) {
    const [base, plan] = ["base", "plan"].map((side) => this.worlds[side].state(dot * this.ring.frames + Math.floor(this.at)));
    return base === LINE && plan === LOOP ? "rescued" : base === LOOP && plan === LINE ? "lost" : "";
  }

  paintGround(pen, size, height, figures) {
    const middle = size / 2, inner = size * 0.225, outer = size * 0.325;
    for (let arc = 0; arc < ARCS; arc++) {
      const from = (arc / ARCS) * TURN - TURN / 4 + 0.015, to = ((arc + 1) / ARCS) * TURN - TURN / 4 - 0.015;
      pen.fillStyle = this.colour("pale");
      pen.beginPath();
      pen.arc(middle, middle, outer, from, to);
      pen.arc(middle, middle, inner, to, from, true);
      pen.fill();
    }
    const text = Math.max(this.letters, size / 34), line = 1.3 * text;
    pen.textBaseline = "middle";
    pen.textAlign = "center";
    const middleLines = this.middle(figures);
    middleLines.forEach(([kind, words], place) => {
      pen.fillStyle = this.colour(`${kind}-text`);
      const bold = place === 0 || kind !== middleLines[place - 1][0];
      fitting(pen, words, bold ? "600" : "400", (bold ? 1.15 : 0.95) * text, this.colour("font"), 1.86 * inner);
      pen.fillText(words, middle, middle + (place - (middleLines.length - 1) / 2) * line);
    });
    const edge = 2, low = height - 1.6 * line;
    const corners = [["right", size - edge, line], ["right", size - edge, low], ["center", middle, low], ["left", edge, low], ["left", edge, line]];
    STAGES.forEach((stage, arc) => {
      const [align, x, y] = corners[arc];
      pen.textAlign = align;
      pen.font = `600 ${text}px ${this.colour("font")}`;
      pen.fillStyle = this.colour("ink");
      pen.fillText(say(`ring.${stage}`), x, y);
      if (!Math.round(figures.ended[arc])) return;
      pen.font = `${0.92 * text}px ${this.colour("font")}`;
      pen.fillStyle = this.colour("line-text");
      pen.fillText(say("ring.lines", { count: number(figures.ended[arc]) }), x, y + line);
    });
  }

  /** Where a dot is drawn now; null while it is nowhere. */
  spot(side, dot, size) {
    const world = this.worlds[side], frame = Math.min(this.last, Math.floor(this.at));
    const here = dot * world.frames + frame, next = frame < this.last ? here + 1 : here;
    const part = this.at - frame, was = world.state(here), becomes = world.state(next);
    if (was === ABSENT && becomes === ABSENT) return null;
    if (was === LINE && becomes === LINE) return this.outside(world, dot, here, size, world.age[here] + part);
    if (was === LINE) return between(this.outside(world, dot, here, size, world.age[here]), this.inside(world.place(next), dot, size, becomes), part);
    if (was === ABSENT) return { ...this.inside(world.place(next) * part, dot, size, becomes), alpha: part };
    const ahead = (world.place(next) - world.place(here) + 1) % 1;
    const spot = this.inside(world.place(here) + ahead * part, dot, size, was);
    return becomes === LINE && part > 0.7 ? { ...spot, state: LINE } : spot;
  }

  inside(place, dot, size, state) {
    const angle = (place + (spread(dot, 0.7548) - 0.5) * 0.04) * TURN - TURN / 4;
    const radius = size * (0.234 + 0.082 * spread(dot, 0.5698));
    return { x: size / 2 + radius * Math.cos(angle), y: size / 2 + radius * Math.sin(angle), state, alpha: 0.9 };
  }

  /** A line trails off outwards from the stage where it ended, and stays there, paler. */
  outside(world, dot, here, size, age) {
    const arc = Math.floor(world.place(here) * ARCS), gone = 1 - Math.exp(-age / 5);
    const inArc = (arc + 0.5 + (spread(dot, 0.7548) - 0.5) * 0.8 * gone) / ARCS;
    const place = world.place(here) * (1 - gone) + inArc * gone;
    const radius = size * (0.32 + gone * (0.02 + 0.12 * spread(dot, 0.5698)));
    const angle = place * TURN - TURN / 4;
    return { x: size / 2 + radius * Math.cos(angle), y: size / 2 + radius * Math.sin(angle), state: LINE, alpha: 0.55 + 0.45 * Math.exp(-age / 5) };
  }

  /** The lines in the middle: loops and lines in the end, under the plan with the paired difference and its interval. */
  middle({ loops, lines }) {
    const said = (figure, kind) => [
      [kind, say(`ring.${kind}s`, { count: number(figure.mean) })],
      ...(figure.difference ? [[kind, figure.difference]] : []),
    ];
    return [...said(loops, "loop"), ...said(lines, "line")];
  }

  described(side) {
    const { loops, lines, ended } = this.figures[side];
    const stages = STAGES.map((stage, arc) => say("ring.describe.stage", { stage: say(`ring.${stage}`), count: number(ended[arc]) }));
    const told = ({ mean, difference }) => (difference ? `${number(mean)} (${difference})` : number(mean));
    return say("ring.describe", { world: say(`ring.${side}`), weeks: this.weeks, loops: told(loops), lines: told(lines), stages: stages.join(" ") });
  }

  nearest(side, event) {
    const canvas = this.canvases[side], frame = canvas.getBoundingClientRect();
    const x = event.clientX - frame.left, y = event.clientY - frame.top;
    let best = -1, closest = 14;
    for (let dot = 0; dot < this.ring.dots.length; dot++) {
      const spot = this.isShown(dot) && this.spot(side, dot, canvas.clientWidth);
      const distance = spot ? Math.hypot(spot.x - x, spot.y - y) : Infinity;
      if (distance < closest) [best, closest] = [dot, distance];
    }
    return best;
  }
}

function between(one, other, part) {
  return { x: one.x + (other.x - one.x) * part, y: one.y + (other.y - one.y) * part, state: part > 0.3 ? other.state : one.state, alpha: 0.9 };
}

function disc(pen, { x, y }, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, TURN);
  return pen;
}

/** What the verdict says of base and plan: loops and lines, and lines by the stage on the ring at which they ended. */
function figuresOf(answer) {
  const figure = (name) => answer.figures.find((each) => each.name === name);
  const ended = (side) => STAGES.map((stage) => answer.lines
    .filter((end) => end.stage === stage || (stage === "support" && end.stage === "loyalty"))
    .reduce((sum, end) => sum + end[side].mean, 0));
  const told = (name, side) => ({ mean: figure(name)[side],
    difference: side === "plan" && answer.changes ? interval(figure(name).difference, answer.replications, signed) : "" });
  return Object.fromEntries(["base", "plan"].map((side) => [side, { loops: told("loops", side), lines: told("lines", side), ended: ended(side) }]));
}
