// Asking the API. The token, where one is needed, lives in this tab alone.

const PLACE = "turbo-token";
let asking = null;

export class Problem extends Error {}

export async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...options.headers, ...authorization() } });
  if (response.status === 401) {
    await (asking ??= askForToken().finally(() => (asking = null)));
    return ask(path, options);
  }
  if (!response.ok) throw new Problem(await told(response));
  return response;
}

export async function read(path) {
  return (await ask(path)).json();
}

/** The records as they come: an endless generator of {number, record}. */
export async function* records() {
  const response = await ask("/v1/results", { headers: { Accept: "text/event-stream" } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const event of events) {
      const data = /^id: .*\ndata: (.*)$/s.exec(event);
      if (data) yield JSON.parse(data[1]);
    }
  }
}

function authorization() {
  const token = sessionStorage.getItem(PLACE);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function told(response) {
  try {
    const { error, hint } = await response.json();
    return hint ? `${error} (${hint})` : error;
  } catch {
    return `the service answers ${response.status}`;
  }
}

function askForToken() {
  const dialog = document.getElementById("locked");
  const input = dialog.querySelector("[type=password]");
  input.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.oncancel = (event) => event.preventDefault();
    dialog.onclose = () => {
      sessionStorage.setItem(PLACE, input.value);
      input.value = "";
      resolve();
    };
  });
}
