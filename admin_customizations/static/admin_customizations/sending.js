// What was typed goes to the server in the name of whom the page was drawn for.

const cookie = (name) =>
  document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

export const post = (url, { user, token }, body) =>
  fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": cookie("csrftoken") || token,
      "X-Requested-With": "fetch",
      "X-User": user,
    },
    body: JSON.stringify(body),
  });

// The session is over: the answer is a refusal, or the way to the page of sign-in.
export const isSignedOut = (answer) => answer.status === 401 || answer.type === "opaqueredirect";
