// Sending cells: a few at a time, and an answer that is no answer is an error to try again after.
const AT_ONCE = 4; // browsers allow six connections to a host
const queue = [];
let underWay = 0;

const turn = async () => {
  if (underWay >= AT_ONCE) await new Promise((resolve) => queue.push(resolve));
  underWay += 1;
};

const done = () => {
  underWay -= 1;
  queue.shift()?.();
};

// Signing in again, in another window, makes the token of this page void; the cookie has the one that holds.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

export const send = async (address, body) => {
  await turn();
  try {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    headers["X-CSRFToken"] = token() ?? headers["X-CSRFToken"];
    const answer = await fetch(address, { method: "POST", headers, body, keepalive: true });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const isOurs = !answer.redirected && [200, 409, 422].includes(answer.status);
    return { status: isOurs ? answer.status : 403, html: isOurs ? await answer.text() : "" };
  } finally {
    done();
  }
};
