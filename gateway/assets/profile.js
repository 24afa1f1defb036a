// Shows what a format profile makes of its lines while somebody writes it: the form is sent as its Preview button sends it,
// once nothing was typed for a while, and what comes back takes the place of the preview. Without it the button does.
const WAIT = 700
const form = document.querySelector('form[data-live-preview]')
const place = document.getElementById('preview')
let timer
let running

async function show() {
  running?.abort()
  running = new AbortController()
  const body = new URLSearchParams(new FormData(form))
  body.set('act', 'preview')
  try {
    const answer = await fetch(form.action, { method: 'POST', body, signal: running.signal })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById('preview')
    if (fresh) place.replaceChildren(...fresh.childNodes)
    // Whatever else came back, such as a page to sign in on: the button shows it.
    else form.removeEventListener('input', typed)
  } catch {
    // The next letter tries again.
  }
}

function typed() {
  clearTimeout(timer)
  timer = setTimeout(show, WAIT)
}

if (form && place) form.addEventListener('input', typed)
