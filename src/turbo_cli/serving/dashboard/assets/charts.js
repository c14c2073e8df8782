// The windows over time, drawn by hand.

import { byId, color, fit, make, number, percent, say } from "./page.js";

const SHOWN = 120;
const LEVELS = [0, 1, 2, 3, 4, 5];
let windows = [];
let marked = null;

byId("level-keys").append(...LEVELS.map((level) => make("span", `key level-${level}`, String(level))));
for (const id of ["time", "levels", "use"]) {
  byId(id).addEventListener("pointermove", (event) => mark(event.offsetX / event.currentTarget.clientWidth));
  byId(id).addEventListener("pointerleave", () => mark(null));
}
window.addEventListener("resize", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

export function add(newer, windowMs) {
  windows = [...windows, ...newer].slice(-SHOWN);
  windows.windowMs = windowMs;
  draw();
}

export const lastNumber = () => windows.at(-1)?.number ?? -1;

function mark(share) {
  marked = share === null ? null : Math.floor(share * SHOWN) - (SHOWN - windows.length);
  draw();
}

function draw() {
  if (!windows.length) return;
  const limit = windows.windowMs;
  const top = Math.max(limit, ...windows.map((each) => each.took_ms)) * 1.15;
  const frames = Math.max(1, ...windows.map((each) => each.sent));
  chart("time", top, "ms", (plot) => {
    windows.forEach((each, i) => plot.bar(i, 0, each.took_ms, each.took_ms > limit ? "--bad" : "--accent"));
    plot.line(windows.map((each) => each.budget_ms), "--good");
    plot.level(limit, "--bad");
  });
  chart("levels", frames * 1.1, "", (plot) => {
    windows.forEach((each, i) => {
      let below = 0;
      each.levels.forEach((count, level) => plot.bar(i, below, (below += count), `--level-${level}`));
    });
  });
  chart("use", 1, "%", (plot) => windows.forEach((each, i) => plot.bar(i, 0, Math.min(1, each.device_ms / limit), "--accent")));
  tell(windows[marked] ?? windows.at(-1));
}

function tell(each) {
  const at = new Date(each.closed_at * 1000).toLocaleTimeString();
  const levels = each.levels.map((count, level) => (count ? `${count} × level ${level}` : "")).filter(Boolean);
  const parts = [`${at}: took ${number(each.took_ms)} of ${number(windows.windowMs)} ms`, levels.join(", ") || "no frames"];
  if (each.dropped) parts.push(`${each.dropped} dropped`);
  if (each.late) parts.push(`${each.late} late`);
  if (each.overloaded) parts.push("overloaded");
  say(byId("reading"), parts.join(" · "));
  byId("time").ariaLabel = `The window took ${number(each.took_ms)} ms, its budget was ${number(each.budget_ms)} ms`;
  byId("levels").ariaLabel = levels.join(", ");
  byId("use").ariaLabel = `The device worked ${percent(each.device_ms / windows.windowMs)} of the window`;
}

function chart(id, top, unit, paint) {
  const { context, width, height } = fit(byId(id));
  const left = 34;
  const bottom = height - 6;
  const step = (width - left) / SHOWN;
  const x = (i) => left + (SHOWN - windows.length + i) * step;
  const y = (value) => bottom - (value / top) * (bottom - 8);
  grid(context, width, left, y, top, unit);
  paint({
    bar(i, from, to, name) {
      context.fillStyle = color(name);
      context.globalAlpha = marked === null || marked === i ? 1 : 0.4;
      context.fillRect(x(i), y(to), step + 0.3, y(from) - y(to)); // without gaps between
      context.globalAlpha = 1;
    },
    line(values, name) {
      path(context, color(name), [], values.map((value, i) => [x(i) + step / 2, y(Math.max(0, value))]));
    },
    level(value, name) {
      path(context, color(name), [5, 4], [[left, y(value)], [width, y(value)]]);
    },
  });
}

function grid(context, width, left, y, top, unit) {
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(top)) {
    context.strokeStyle = color("--line");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(left, Math.round(y(value)) + 0.5);
    context.lineTo(width, Math.round(y(value)) + 0.5);
    context.stroke();
    context.fillStyle = color("--soft");
    context.fillText(unit === "%" ? `${value * 100}%` : number(value), left - 5, y(value));
  }
}

function ticks(top) {
  const rough = top / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const whole = top > 1.5 ? Math.max(1, step) : 0.5;
  return Array.from({ length: Math.floor(top / whole) + 1 }, (_, i) => i * whole);
}

function path(context, stroke, dashes, points) {
  context.strokeStyle = stroke;
  context.lineWidth = 1.75;
  context.setLineDash(dashes);
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}
