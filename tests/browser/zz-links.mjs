import { chromium } from 'playwright-core'
const [,, address, user, path] = process.argv
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] })
const p = await (await b.newContext()).newPage()
await p.goto(address + '/sign-in'); await p.getByLabel('Sign-in name').fill(user); await p.locator('#password').fill('correct horse battery'); await p.getByRole('button', { name: 'Sign in' }).click()
if (path) await p.goto(address+path)
console.log((await p.locator('a').evaluateAll(a => [...new Set(a.map(x => x.getAttribute('href')+'  '+x.textContent.trim()))])).join('\n'))
await b.close()
