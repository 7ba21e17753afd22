/** The page at /sign-in. Every URL is relative, so the page works below any prefix of a proxy. */
export const SIGN_IN_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sign in · Rowhouse</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="sign-in/page.css">
  </head>
  <body>
    <main>
      <h1>Rowhouse</h1>
      <noscript>This page needs JavaScript.</noscript>
      <p id="message" role="status"></p>
      <form id="sign-in" hidden>
        <label>Username <input name="username" autocomplete="username" required maxlength="200"></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <label>Project <input name="project_slug" autocomplete="off" maxlength="63">
          <small>Only for a user of one project.</small></label>
        <button>Sign in</button>
      </form>
      <section id="signed-in" hidden>
        <p>You are signed in as <strong id="username"></strong>.</p>
        <form id="set-password">
          <label id="current">Current password
            <input name="current_password" type="password" autocomplete="current-password"></label>
          <label>New password
            <input name="password" type="password" autocomplete="new-password" required minlength="8"></label>
          <button>Set the password</button>
        </form>
        <p><a href="docs">The HTTP API</a></p>
        <button id="sign-out" type="button">Sign out</button>
      </section>
    </main>
    <script src="sign-in/page.js"></script>
  </body>
</html>
`;

/**
 * The code of a link is in the fragment, which a browser sends to no server and which no log contains. The script removes it
 * from the address before it uses it.
 */
export const SIGN_IN_SCRIPT = `'use strict';
const element = (id) => document.getElementById(id);

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const { data, error } = await response.json();
  if (error !== null) throw Object.assign(new Error(error.message), { code: error.code });
  return data;
}

function show({ user, session }) {
  element('username').textContent = user.username;
  element('current').hidden = !user.has_password || session.signed_in_by === 'link';
  element('signed-in').hidden = false;
  element('sign-in').hidden = true;
}

function showSignIn() {
  element('signed-in').hidden = true;
  element('sign-in').hidden = false;
}

function say(text) {
  element('message').textContent = text;
}

/** Runs the action of a button or form, and shows its error. */
async function act(action) {
  say('');
  try {
    await action();
  } catch (error) {
    say(error.message);
  }
}

function fieldsOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
}

element('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(async () => show(await call('POST', 'auth/sessions', fieldsOf(event.target))));
});

element('set-password').addEventListener('submit', (event) => {
  event.preventDefault();
  void act(async () => {
    await call('POST', 'auth/password', fieldsOf(event.target));
    event.target.reset();
    show(await call('GET', 'auth/session'));
    say('The password is set.');
  });
});

element('sign-out').addEventListener('click', () => {
  void act(async () => {
    await call('DELETE', 'auth/session');
    showSignIn();
  });
});

void act(async () => {
  const code = location.hash.slice(1);
  if (code !== '') {
    history.replaceState(null, '', location.pathname);
    try {
      show(await call('POST', 'auth/sessions', { code }));
      say('Set a password, to sign in without a link.');
      return;
    } catch (error) {
      showSignIn();
      throw error;
    }
  }
  await call('GET', 'auth/session').then(show, showSignIn);
});
`;

export const SIGN_IN_STYLE = `body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 22rem; margin: 4rem auto; padding: 0 1rem; }
label, small { display: block; margin: 0 0 1rem; }
input { box-sizing: border-box; width: 100%; padding: 0.4rem; font: inherit; }
button { padding: 0.4rem 1rem; font: inherit; }
[hidden] { display: none; }
`;
