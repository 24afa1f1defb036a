// Every page of every role: no axe violation, no sideways scroll at 320 pixels, no request elsewhere, no child's name in
// an address or a title, all of it without JavaScript.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { chromium } from 'playwright-core'

const address = process.env.ADDRESS
const screenshots = process.env.SCREENSHOTS
const password = 'correct horse battery'
// Those with the most pages first: whoever walks beside them is done by then.
const roles = ['harrowmere.dsl', 'pennyroyal.head', 'officer', 'harrowmere.staff', 'harrowmere.governor', 'thistledown.chair', 'harrowmere.it', 'lado', 'prevent', 'front-door', 'safeguarding']
// Surnames of the demonstration's children.
const names = ['Ashdown', 'Thorne', 'Penhale', 'Sayle', 'Kapadia', 'Quill', 'Stroud', 'Galloway', 'Kestrel']
const most = 260
const checker = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
let browser

before(async () => {
  if (screenshots) mkdirSync(screenshots, { recursive: true })
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
})
after(() => browser?.close())

async function signIn (name) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const elsewhere = []
  page.on('request', request => { if (!request.url().startsWith(address)) elsewhere.push(request.url()) })
  await page.goto(`${address}/sign-in`)
  await page.getByLabel('Sign-in name').fill(name)
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  // A password takes its time to be checked, more so on a busy machine.
  await page.waitForURL(url => !url.pathname.startsWith('/sign-in'), { timeout: 20_000 })
  return { context, page, elsewhere }
}

// One page of each kind is enough: ids, terms and the names of registers are taken off before pages are told apart.
const kind = url => new URL(url).pathname.replace(/\/\d{4}-(spring|summer|autumn)/, '/*').replace(/\/[a-z]{3}_[0-9a-z]{26}/g, '/*').replace(/\/registers\/[a-z-]+/, '/registers/*').replace(/P\d+-S?\d+/g, '*')
  .replace(/\/(clauses|paragraphs|findings|parameters|profiles|proposals)\/(?!new|confirm)[^/]+/, '/$1/*').replace(/\/procedures\/P\d+/, '/procedures/*').replace(/\/versions\/\d+/, '/versions/*')

// The checker of accessibility is itself a script: the same session in a second window where scripts run, kept as long
// as the first.
const windows = new Map()
async function withScripts (context) {
  if (!windows.has(context)) {
    windows.set(context, await (await browser.newContext()).newPage())
    context.once('close', () => { windows.get(context).context().close(); windows.delete(context) })
  }
  const same = windows.get(context)
  await same.context().clearCookies()
  await same.context().addCookies(await context.cookies())
  return same
}

// What the checker judges by, in pieces: every element with its attributes, whether there are words in it (but not which),
// what it stands in and what stands in it; which heading follows which; the landmarks; whether an id is there twice.
function pieces () {
  const all = [...document.querySelectorAll('*')]
  const ids = all.map(element => element.id).filter(Boolean)
  const some = new Set(ids)
  const refers = value => value.split(/\s+/).map(id => some.has(id.replace(/^#/, ''))).join()
  const words = ['href', 'src', 'action', 'value', 'name', 'id', 'title', 'content', 'alt', 'datetime', 'd', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height', 'points', 'transform', 'aria-label', 'placeholder', 'min', 'max', 'maxlength', 'rows', 'pattern', 'accept', 'checked', 'selected', 'open', 'viewBox']
  const attribute = ({ name, value }) => {
    if (name === 'for' || /^aria-(labelledby|describedby|controls|owns|errormessage)$/.test(name) || (name === 'href' && value.startsWith('#'))) return `${name}:${refers(value)}`
    return words.includes(name) ? `${name}:${value.trim() !== ''}` : `${name}=${value}`
  }
  const itself = element => {
    const own = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
    const scrolls = element.scrollWidth > element.clientWidth && /auto|scroll/.test(getComputedStyle(element).overflow)
    return `<${element.localName} ${[...element.attributes].map(attribute).join(' ')}${own ? ' words' : ''}${scrolls ? ' scrolls' : ''}${element.labels ? ` labels:${element.labels.length}` : ''}>`
  }
  const found = new Set([`${document.documentElement.lang} ${document.title !== ''} ${ids.length - some.size}`])
  const visit = (element, around) => {
    const self = itself(element)
    const inside = []
    for (const child of element.children) {
      const one = visit(child, self)
      if (inside.at(-1) !== one) inside.push(one)
    }
    found.add(`${around}${self}${inside.join('')}`)
    return self
  }
  visit(document.body, '')
  const follow = tags => tags.forEach((tag, at) => found.add(`${at ? tags[at - 1] : ''} then ${tag}`))
  follow([...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(heading => heading.localName))
  follow([...document.querySelectorAll('header, main, nav, footer, aside, [role]')].map(landmark => `${landmark.localName} ${landmark.getAttribute('role')}`))
  return [...found]
}

// Pieces that the checker has seen, on whichever page of whichever role.
const seenPieces = new Set()

async function checkAccessibility (page, where) {
  await page.evaluate(checker)
  const violations = await page.evaluate(async tags => {
    const found = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
    return found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.target.join(' ')).join(', ')}`)
  }, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  assert.deepEqual(violations, [], where)
}

async function checkNarrow (page, where) {
  const wide = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 800 })
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  await page.setViewportSize(wide)
  assert.ok(over <= 0, `${where} scrolls sideways by ${over} pixels at 320`)
}

async function check (page, context, where) {
  const title = await page.title()
  for (const name of names) {
    assert.ok(!page.url().includes(name) && !title.includes(name), `${where} tells a child's name`)
  }
  await checkNarrow(page, where)
  const here = await page.evaluate(pieces)
  if (here.every(piece => seenPieces.has(piece)) && !screenshots) return
  const same = await withScripts(context)
  await same.setViewportSize(page.viewportSize())
  const response = await same.goto(page.url())
  assert.ok(response.status() < 400, `${where} answers ${response.status()}`)
  await checkAccessibility(same, where)
  // Only what was found without fault need not be looked at again.
  for (const piece of here) seenPieces.add(piece)
  await checkNarrow(same, where)
  if (screenshots) {
    const file = where.replace(/[^a-z0-9]+/gi, '-')
    await same.setViewportSize({ width: 320, height: 800 })
    await same.screenshot({ path: `${screenshots}/${file}-320.png`, fullPage: true })
    await same.setViewportSize({ width: 1280, height: 900 })
    await same.screenshot({ path: `${screenshots}/${file}.png`, fullPage: true })
  }
}

// Nothing is changed by looking: two roles walk at a time.
describe('every page', { concurrency: 2 }, () => {
  for (const role of roles) {
    test(`${role}: every page`, async () => {
      const { context, page, elsewhere } = await signIn(role)
      const queue = [page.url()]
      const seen = new Set()
      const faults = []
      while (queue.length > 0 && seen.size < most) {
        const url = queue.shift()
        if (seen.has(kind(url))) continue
        seen.add(kind(url))
        const response = await page.goto(url)
        if (response.status() >= 400) faults.push(`${url} answers ${response.status()}`)
        // Behind a hidden screen every page looks alike, and well.
        assert.doesNotMatch(await page.title(), /screen is hidden|Sign in/, url)
        await check(page, context, `${role} ${kind(url)}`).catch(error => faults.push(error.message))
        const links = await page.$$eval('a[href]', all => all.filter(a => !a.hasAttribute('download')).map(a => a.href))
        for (const link of links) {
          const clean = link.split('#')[0]
          if (clean.startsWith(address) && !/sign-out|sign-in|openapi|\/hidden|\/unlock|\.zip|\.pdf|\.xlsx|\/assets\/|\.csv|\.ics/.test(clean)) queue.push(clean)
        }
      }
      assert.deepEqual(faults, [], `${role} meets ${faults.length} pages with a fault`)
      assert.ok(seen.size < most, `${role} has more kinds of pages than are looked at`)
      const navigation = await page.$$eval('.govuk-service-navigation__list a', all => all.map(a => a.textContent.trim()))
      assert.ok(navigation.length <= 6, `${role} has ${navigation.length} entries of navigation: ${navigation}`)
      assert.deepEqual(elsewhere, [], 'requests elsewhere')
      // A desk to which nothing was sent is one page.
      assert.ok(seen.size > (role === 'prevent' ? 1 : 3), `${role} saw only ${[...seen]}`)
      await context.close()
    })
  }
})

test('a concern is recorded on one page without JavaScript, and a doubled submit records it once', async () => {
  const { context, page } = await signIn('thistledown.staff')
  await page.goto(address)
  await page.getByRole('button', { name: /report a concern/i }).first().click()
  await page.getByLabel(/who/i).first().fill('I do not know the name')
  await page.getByLabel(/what happened/i).fill('Recorded by a test')
  await page.getByLabel(/not sure/i).check()
  const form = await page.$eval('form[method=post][action*=report], main form[method=post]', f => ({ action: f.action, body: new URLSearchParams(new FormData(f)).toString() }))
  const send = () => context.request.post(form.action, { data: form.body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: address }, maxRedirects: 0 })
  const [first, second] = [await send(), await send()]
  assert.equal(first.status(), 303)
  assert.equal(second.headers().location, first.headers().location)
  await page.goto(address)
  const text = await page.textContent('main')
  assert.equal(text.split('Recorded by a test').length - 1 <= 1, true)
  await context.close()
})

test('somebody without an account is heard through the public page and sees only whether it was read', async () => {
  const { context, page } = await signIn('harrowmere.dsl')
  const home = page.url()
  await page.goto(`${home}/public-report`)
  const place = await page.locator('a[href^="/public/"]').getAttribute('href')
  const guest = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } })
  const their = await guest.newPage()
  await their.goto(address + place)
  assert.match(await their.textContent('main'), /0800 1111/)
  await check(their, guest, 'nobody public')
  await their.getByLabel('A pupil or student').check()
  await their.getByLabel('Who is this about?').fill('me')
  await their.getByLabel('What has happened?').fill('Told by a test')
  await their.getByLabel('Yes', { exact: true }).check()
  await their.getByRole('button', { name: /send/i }).click()
  const receipt = (await their.textContent('main strong')).trim()
  assert.match(receipt, /^\w{4}-\w{4}-\w{4}$/)
  const look = async () => {
    await their.goto(`${address}${place}/receipt`)
    await check(their, guest, 'nobody public receipt')
    await their.getByLabel('Your receipt').fill(receipt.toUpperCase())
    await their.getByRole('button', { name: 'Check' }).click()
    return their.textContent('dl')
  }
  assert.match(await look(), /Not read yet/)
  await page.goto(`${home}/concerns?state=new`)
  for (const link of await page.$$eval('tbody a', all => all.map(a => a.href))) {
    await page.goto(link)
    if ((await page.textContent('main')).includes('Told by a test')) break
  }
  assert.match(await page.textContent('main'), /nobody has checked who/)
  assert.match(await look(), /sent\s+Read\s/)
  await guest.close()
  await context.close()
})

test('a teacher adds to a concern and a photo of the notes, and the lead reads both', async () => {
  const { context, page } = await signIn('pennyroyal.staff')
  const home = page.url()
  await page.goto(`${home}/report`)
  await page.getByLabel(/who are you worried/i).fill('I do not know the name')
  await page.getByLabel(/what happened/i).fill('With a photo')
  await page.getByLabel('Yes', { exact: true }).check()
  await page.getByText('Did you see a mark or an injury?').click()
  await page.getByLabel('Left arm').check()
  await page.getByRole('button', { name: /send/i }).click()
  await page.getByRole('link', { name: /add something/i }).click()
  const mine = page.url().split('?')[0]
  await check(page, context, 'pennyroyal.staff my concern')
  await page.getByRole('link', { name: /photo of your notes/i }).click()
  await check(page, context, 'pennyroyal.staff photos')
  await page.getByLabel('Not sure').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  assert.match(await page.textContent('.govuk-error-summary'), /no photo is kept/)
  await page.getByLabel(/writing only/).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await check(page, context, 'pennyroyal.staff photo')
  const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const photo = name => ({ name, mimeType: 'image/png', buffer: Buffer.from(name === 'note.png' ? dot : '', 'base64') })
  await page.getByLabel('Photo of the note').setInputFiles({ ...photo('note.gif'), buffer: Buffer.from('GIF89a') })
  await page.getByRole('button', { name: 'Add the photo' }).click()
  assert.match(await page.textContent('.govuk-error-summary'), /JPEG or PNG/)
  await page.getByLabel('Photo of the note').setInputFiles(photo('note.png'))
  await page.getByRole('button', { name: 'Add the photo' }).click()
  assert.equal(page.url().split('?')[0], mine)
  await page.getByLabel(/want to add/).fill('And this')
  await page.getByRole('button', { name: 'Add this' }).click()
  assert.match(await page.textContent('main'), /And this/)
  const lead = await signIn('pennyroyal.head')
  await lead.page.goto(mine.replace('/my-concerns/', '/concerns/'))
  const main = await lead.page.textContent('main')
  for (const shown of ['With a photo', 'And this', 'Left arm', 'Photo of a note']) assert.ok(main.includes(shown), shown)
  await check(lead.page, lead.context, 'pennyroyal.head concern with a photo')
  await lead.page.getByRole('link', { name: /photo of a note,/i }).click()
  await check(lead.page, lead.context, 'pennyroyal.head photo')
  const drawn = await lead.page.locator('main img').evaluate(image => image.naturalWidth)
  assert.equal(drawn, 1)
  await lead.context.close()
  await context.close()
})

async function signInAgain (page, name) {
  await page.getByLabel('Sign-in name').fill(name)
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('what was written before the session ended is back after signing in, without JavaScript', async () => {
  const { context, page } = await signIn('pennyroyal.staff')
  await page.getByRole('button', { name: /report a concern/i }).first().click()
  await page.getByLabel(/who/i).first().fill('I do not know the name')
  await page.getByLabel(/what happened/i).fill('Kept by a test')
  await page.getByLabel('Not sure').check()
  const other = await context.newPage()
  await other.goto(address)
  await other.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: /send/i }).click()
  assert.match(page.url(), /sign-in/)
  assert.match(await page.textContent('main'), /it is kept/)
  await signInAgain(page, 'pennyroyal.staff')
  assert.equal(await page.getByLabel(/what happened/i).inputValue(), 'Kept by a test')
  assert.ok(await page.getByLabel('Not sure').isChecked())
  await check(page, context, 'pennyroyal.staff report restored')
  await page.getByRole('button', { name: /send/i }).click()
  assert.match(page.url(), /report\/sent/)
  await page.goto(`${address}/unsent`)
  assert.match(await page.textContent('main'), /nothing that you wrote/)
  await context.close()
})

test('a hidden screen asks for the password, without JavaScript', async () => {
  const { context, page } = await signIn('harrowmere.deputy')
  const home = page.url()
  await page.getByRole('link', { name: 'Hide this screen' }).click()
  assert.match(await page.textContent('main'), /not a sign-out/)
  await check(page, context, 'harrowmere.deputy hidden')
  await page.goto(home)
  assert.match(page.url(), /unlock/)
  await check(page, context, 'harrowmere.deputy unlock')
  await page.locator('#password').fill(password)
  await page.getByRole('button', { name: 'Show the screen again' }).click()
  assert.equal(page.url(), home)
  await context.close()
})

test('a concern is decided on in two steps from home, and the next one is offered', async () => {
  const { context, page } = await signIn('harrowmere.dsl')
  await page.locator('main a[href*="/concerns/con_"]').first().click()
  await page.getByRole('link', { name: 'No further action' }).click()
  const asked = await page.$$eval('main form :is(input:not([type=hidden]), textarea, select)', all => all.length)
  assert.ok(asked <= 4, `${asked} fields`)
  await page.getByLabel(/why is nothing further done/i).fill('Decided by a test')
  await page.locator('main form button').first().click()
  assert.match(page.url(), /concerns\/con_[0-9a-z]+\?done=triaged/)
  await check(page, context, 'harrowmere.dsl concern decided on')
  const decided = page.url()
  await page.getByRole('link', { name: /^Next concern/ }).click()
  assert.match(page.url(), /concerns\/con_/)
  assert.notEqual(page.url().split('?')[0], decided.split('?')[0])
  await context.close()
})

test('a referral is begun for its writer, checked, changed, recorded and receipted in four steps', async () => {
  const { context, page } = await signIn('harrowmere.dsl')
  await page.goto(`${page.url()}/cases?state=open`)
  await page.locator('main table a').first().click()
  await page.getByRole('link', { name: 'Record a referral already made' }).click()
  const begun = await page.getByLabel(/why are you referring/i).inputValue()
  assert.match(begun, /Case /, 'it begins with what the case says')
  await page.locator('input[name=agency]').first().check()
  await page.getByRole('button', { name: 'Go on' }).click()
  assert.match(page.url(), /referrals\/check\?unsent=/)
  await check(page, context, 'harrowmere.dsl referral check')
  await page.getByRole('link', { name: /change why/i }).click()
  assert.equal(await page.getByLabel(/why are you referring/i).inputValue(), begun)
  await page.getByLabel(/why are you referring/i).fill(`${begun}\nChanged by a test`)
  await page.getByRole('button', { name: 'Go on' }).click()
  assert.match(await page.textContent('main'), /Changed by a test/)
  await page.getByRole('button', { name: 'Record the referral' }).click()
  assert.match(page.url(), /referrals\/ref_/)
  assert.match(await page.textContent('main'), /Changed by a test/)
  await check(page, context, 'harrowmere.dsl referral receipt')
  await context.close()
})

test('a clause in consultation is commented on and answered, and what the chair ratifies comes into force', async () => {
  const staff = await signIn('harrowmere.staff')
  await staff.page.getByRole('link', { name: /read version 2 and comment/i }).click()
  await staff.page.getByRole('link', { name: /comment on a clause/i }).click()
  await staff.page.getByRole('link', { name: /^comment on the clause/i }).first().click()
  await staff.page.getByRole('button', { name: 'Record the comment' }).click()
  assert.match(await staff.page.title(), /^Error: /)
  await staff.page.getByLabel(/what was said/i).fill('Said by a test')
  await staff.page.getByRole('button', { name: 'Record the comment' }).click()
  assert.match(await staff.page.textContent('main'), /Said by a test/)
  await staff.context.close()
  const chair = await signIn('thistledown.chair')
  await chair.page.getByRole('link', { name: /waits for the governors/i }).click()
  await chair.page.getByRole('button', { name: 'Ratify for the governors' }).click()
  assert.match(await chair.page.textContent('main'), /Ratified by the governors/)
  await chair.context.close()
  const lead = await signIn('thistledown.dsl')
  await lead.page.locator('.govuk-service-navigation').getByRole('link', { name: 'Policy' }).click()
  await lead.page.locator('main table').getByRole('link', { name: 'Version 2', exact: true }).click()
  await lead.page.getByRole('button', { name: 'Bring into force' }).click()
  await check(lead.page, lead.context, 'thistledown.dsl in force')
  assert.match(await lead.page.textContent('main'), /The version is in force/)
  await lead.context.close()
})

test('a table with a wrong line adds nothing and says which line; mended, it is added', async () => {
  const { context, page } = await signIn('harrowmere.dsl')
  const register = `${page.url()}/registers/training`
  const send = async table => {
    await page.goto(`${register}/import`)
    await page.locator('#file').setInputFiles({ name: 'training.csv', mimeType: 'text/csv', buffer: Buffer.from(table) })
    const [response] = await Promise.all([page.waitForResponse(r => r.request().method() === 'POST'), page.getByRole('button', { name: 'Check the table' }).click()])
    return response.status()
  }
  await page.goto(`${register}/export`)
  await page.getByLabel('To correct it in a spreadsheet, or to keep a copy').check()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the table' }).click()])
  const exported = readFileSync(await download.path(), 'utf8')
  const [headings, first] = exported.replace(/^\ufeff/, '').split(/\r?\n/)
  assert.equal(await send(`${headings}\n${first.replace(/\d{4}-\d{2}-\d{2}/, 'soon')}\n`), 400)
  assert.match(await page.title(), /^Error: /)
  assert.match(await page.textContent('main'), /Line 2/)
  assert.equal(await send(`${headings}\n${first.replace(/\d{4}-\d{2}-\d{2}/, '2026-10-19')}\n`), 200)
  await page.getByRole('button', { name: 'Add the line' }).click()
  assert.match(page.url(), /done=register_import/)
  await context.close()
})
