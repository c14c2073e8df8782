// Small things that all parts of the page use.

export const byId = (id) => document.getElementById(id);

/** An element with text or elements inside. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Change a text only where it differs, so that screen readers and selections are left alone. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Fill a <dl> with [name, value, unit]. */
export function fillList(list, facts) {
  if (list.children.length !== facts.length) {
    list.replaceChildren(...facts.map(() => make("div", "", make("dt"), make("dd"))));
  }
  facts.forEach(([name, value, unit], i) => {
    const [term, fact] = list.children[i].children;
    say(term, name);
    const text = `${value}${unit ? ` ${unit}` : ""}`;
    if (fact.textContent !== text) fact.replaceChildren(value, ...(unit ? [make("small", "", ` ${unit}`)] : []));
  });
}

export const levelBadge = (level) => make("span", `level level-${level}`, `level ${level}`);

export const number = (value, digits = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const percent = (share) => `${number(100 * share)} %`;

export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Fit a canvas to its place on the screen; its context, scaled so that 1 is a CSS pixel, and its size. */
export function fit(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
