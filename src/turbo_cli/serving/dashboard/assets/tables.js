// The last plan, and what the guard knows.

import { byId, levelBadge, make, number, percent, say } from "./page.js";

export function showPlan(plan) {
  if (!plan) return;
  const gain = number(100 * plan.predicted_gain, 1);
  const bound = number(100 * plan.bound, 1);
  say(
    byId("plan-summary"),
    `Window ${plan.window}, ${plan.order}, ${plan.solver}: ${number(plan.predicted_latency_ms)} of ` +
      `${number(plan.budget_ms)} ms, gain ${gain} of at most ${bound} AP points over ${plan.levels.length} frames, ` +
      `made in ${number(plan.solve_ms, 2)} ms${plan.overloaded ? "; overloaded" : ""}`,
  );
  const rows = plan.cameras.map((camera, i) =>
    row(make("th", "", camera), cell(number(plan.indices[i])), difficulty(plan.difficulties[i]), cell(levelBadge(plan.levels[i]))),
  );
  fill(byId("plan"), ["Camera", "Frame", "Difficulty", "Level"], rows);
}

export function showGuard(states, drifts) {
  const cameras = [...new Set(states.map((state) => state.camera))];
  const off = states.filter((state) => !state.on);
  if (states.length) {
    const harmful = off.map((state) => `level ${state.level} on ${state.camera}`).join(", ");
    say(byId("guard-summary"), off.length ? `Switched off: ${harmful}.` : "All levels keep the detector's boxes.");
  }
  const rows = cameras.map((camera) => {
    const cells = [1, 2, 3, 4, 5].map((level) => guardCell(states.find((s) => s.camera === camera && s.level === level)));
    const drift = drifts.find((each) => each.camera === camera);
    return row(make("th", "", camera), ...cells, driftCell(drift));
  });
  fill(byId("guard"), ["Boxes kept", "1", "2", "3", "4", "5", "D_f off by"], cameras.length ? rows : []);
}

function guardCell(state) {
  if (!state || state.boxes < 1) return cell("–", "none");
  return state.on ? cell(percent(state.survival), "on") : cell(`off, ${percent(state.survival)}`, "off");
}

function driftCell(drift) {
  if (!drift || !drift.frames) return cell("–", "none");
  return cell(`${number(drift.absolute_error, 2)}${drift.warning ? " ⚠" : ""}`, drift.warning ? "off" : "");
}

function difficulty(value) {
  const bar = make("i");
  bar.style.width = `${100 * value}%`;
  return cell(make("span", "", number(value, 2), make("span", "bar", bar)));
}

const cell = (content, className = "") => make("td", className, content);
const row = (...cells) => make("tr", "", ...cells);

function fill(table, names, rows) {
  const head = make("thead", "", row(...names.map((name) => Object.assign(make("th", "", name), { scope: "col" }))));
  table.replaceChildren(...(rows.length ? [head, make("tbody", "", ...rows)] : []));
}
