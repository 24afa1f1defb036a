import { chromium } from 'playwright-core'
const [,, address, user, ...pages] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] })
const c = await b.newContext({ viewport: { width: 1280, height: 900 } })
const p = await c.newPage()
if (user !== '-') {
await p.goto(address + '/sign-in'); await p.getByLabel('Sign-in name').fill(user); await p.locator('#password').fill('correct horse battery'); await p.getByRole('button', { name: 'Sign in' }).click()
}
for (const a of pages) {
  let path = a
  if (a.startsWith('click:')) { await p.getByRole('link', { name: a.slice(6) }).first().click(); path = new URL(p.url()).pathname }
  else await p.goto(address + a)
  const n = (user + path).replace(/[^a-z0-9]+/gi, '-').slice(0, 90)
  for (const w of [1280, 320]) { await p.setViewportSize({ width: w, height: 900 }); await p.screenshot({ path: `/tmp/shots/${n}-${w}.png`, fullPage: true }) }
  await p.setViewportSize({ width: 1280, height: 900 })
  console.log(n, await p.title())
}
await b.close()
