// Opens an encrypted file in this browser and nowhere else. Of a child's file and of a referral, the signature and every
// digest are tried, and it is shown; anything else is saved. Nothing is sent anywhere and nothing is kept. `docs/package-format.md` says what is done here, step by step.

const ALGORITHMS = { 'PBES2-HS512+A256KW': ['SHA-512', 256], 'PBES2-HS256+A128KW': ['SHA-256', 128] }
const ROUNDS = [600000, 4000000]
// Digits and letters of which no two are mistaken for one another.
const OURS = /^[0-9A-HJKMNP-TV-Z]{20}$/

// What else may be in an encrypted file, and how the name of what was in it ends.
const SAVED = {
  'application/pdf': '.pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': '.docx',
  'text/html; charset=utf-8': '.html',
}

const FIXES = {
  none: ['file', 'Select the file as it came: this one is not an encrypted file that can be opened here'],
  rounds: ['file', 'Ask for the file again: its passphrase does not keep anybody out, or is made to keep a computer busy'],
  version: ['file', 'Ask for the file in version 1 of its format: this one is in another'],
  passphrase: ['passphrase', 'Ring the school that sent the file, and enter the passphrase again: it does not open it. If it is right, the file was changed on its way'],
  altered: ['file', 'Ring the school that sent the file, and ask for it again: it is not as it was sent'],
}

export class Refusal extends Error {
  constructor(why) {
    super(FIXES[why][1])
    this.why = why
    this.field = FIXES[why][0]
  }
}

const refuse = (why) => { throw new Refusal(why) }
const utf8 = (text) => new TextEncoder().encode(text)
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

function encoded(bytes) {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

// The bytes of a text; nothing where it is not the one way of writing them.
function decoded(text) {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
  const bytes = Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
  return encoded(bytes) === text ? bytes : null
}

function read(bytes, why) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? refuse(why)))
  } catch {
    return refuse(why)
  }
}

function header(text) {
  const header = read(decoded(text), 'none')
  if (!header || typeof header !== 'object' || 'crit' in header || 'zip' in header || 'b64' in header) refuse('none')
  return header
}

// A passphrase as it was meant: in small letters, with other spaces, or with an O for a 0.
export function meant(written) {
  const plain = written.trim()
  const letters = plain.toUpperCase().replace(/[\s\-\u2010\u2011\u2013]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return OURS.test(letters) ? letters.match(/.{4}/g).join('-') : plain
}

async function decrypted(text, passphrase) {
  const parts = text.trim().split('.')
  if (parts.length !== 5) refuse('none')
  const head = header(parts[0])
  const [hash, length] = (Object.hasOwn(ALGORITHMS, head.alg) && ALGORITHMS[head.alg]) || refuse('none')
  const own = decoded(head.p2s)
  if (head.enc !== 'A256GCM' || !own || own.length < 8) refuse('none')
  if (!(head.p2c >= ROUNDS[0] && head.p2c <= ROUNDS[1])) refuse('rounds')
  const [wrapped, nonce, body, tag] = parts.slice(1).map((part) => decoded(part) ?? refuse('altered'))
  if (wrapped.length !== 40 || nonce.length !== 12 || tag.length !== 16) refuse('altered')
  const salt = new Uint8Array([...utf8(head.alg), 0, ...own])
  const secret = await crypto.subtle.importKey('raw', utf8(meant(passphrase)), 'PBKDF2', false, ['deriveKey'])
  const derive = { name: 'PBKDF2', hash, salt, iterations: head.p2c }
  const kek = await crypto.subtle.deriveKey(derive, secret, { name: 'AES-KW', length }, false, ['unwrapKey'])
  const key = await crypto.subtle.unwrapKey('raw', wrapped, kek, 'AES-KW', 'AES-GCM', false, ['decrypt'])
    .catch(() => refuse('passphrase'))
  const whole = new Uint8Array(body.length + tag.length)
  whole.set(body)
  whole.set(tag, body.length)
  const gcm = { name: 'AES-GCM', iv: nonce, additionalData: utf8(parts[0]), tagLength: 128 }
  const content = new Uint8Array(await crypto.subtle.decrypt(gcm, key, whole).catch(() => refuse('altered')))
  return { content, kind: head.cty ?? '' }
}

// Whether a text was signed by the key that it names: yes, no, or null where this browser cannot try.
async function genuine(parts, raw) {
  let key
  try {
    key = await crypto.subtle.importKey('raw', raw, { name: 'Ed25519' }, false, ['verify'])
  } catch (error) {
    return error.name === 'NotSupportedError' ? null : false
  }
  const signature = decoded(parts[2])
  return signature !== null && crypto.subtle.verify({ name: 'Ed25519' }, key, signature, utf8(`${parts[0]}.${parts[1]}`))
}

// The SHA-256 of some texts, each with its length in bytes and a colon before it.
async function digest(...texts) {
  return hex(await sha256(utf8(texts.map((text) => `${utf8(text).length}:${text}`).join(''))))
}

// The lines of a manifest that every document begins with.
async function begun(file) {
  const { sender, recipient, nonce } = file
  return [
    file.format,
    `package ${file.package_id}`,
    `sent ${file.sent_time}`,
    `sender ${await digest(nonce, sender.name, sender.urn ?? '', sender.contact, sender.sent_by)}`,
    `recipient ${await digest(nonce, recipient.name, recipient.urn ?? '', recipient.address ?? '', recipient.contact ?? '')}`,
  ]
}

async function ofChild(file) {
  const { child, nonce } = file
  const flags = (child.flags ?? []).join(' ')
  const who = [child.given_name, child.family_name, child.known_as ?? '', child.birth_date ?? '', child.year_group ?? '', child.upn ?? '', flags]
  const lines = [
    ...await begun(file),
    `child ${await digest(nonce, ...who)}`,
    ...file.left_out.map((left) => `without ${left.count} ${left.why}`),
  ]
  for (const item of file.entries) {
    const marked = item.redacted ? 'redacted' : ''
    const parts = [nonce, String(item.number), item.kind, item.record, item.origin ?? '', item.time, marked, item.text]
    lines.push(`entry ${item.number} ${await digest(...parts)}`)
  }
  return lines
}

async function ofReferral(file) {
  const { referral, nonce } = file
  const lines = [...await begun(file), `referral ${await digest(nonce, referral.title, referral.reference ?? '')}`]
  for (const one of file.answers) {
    const said = await digest(nonce, String(one.number), one.group ?? '', one.question, one.answer)
    lines.push(`answer ${one.number} ${said}`)
  }
  return lines
}

// What a signed text calls itself, with the format of the document in it and how its manifest is reckoned.
const SIGNED = {
  'child-protection-file+jws': ['child-protection-file/1', ofChild],
  'safeguarding-referral+jws': ['safeguarding-referral/1', ofReferral],
}

// Opens a file; answers what it says, what its key is known by, its number, and whether the signature could be tried. Of
// what is no signed document it answers the content and its kind.
export async function open(text, passphrase) {
  const { content, kind } = await decrypted(text, passphrase)
  if (Object.hasOwn(SAVED, kind)) return { content, kind }
  const signed = new TextDecoder().decode(content).trim()
  const parts = signed.split('.')
  if (parts.length !== 3) refuse('none')
  const { alg, typ, jwk } = header(parts[0])
  const [format, reckoned] = (Object.hasOwn(SIGNED, typ) && SIGNED[typ]) || refuse('none')
  const raw = decoded(jwk?.x)
  if (!['EdDSA', 'Ed25519'].includes(alg) || jwk?.kty !== 'OKP' || jwk?.crv !== 'Ed25519' || raw?.length !== 32) refuse('none')
  const tried = await genuine(parts, raw)
  if (tried === false) refuse('altered')
  const file = read(decoded(parts[1]), 'none')
  if (file.format !== format) refuse('version')
  const manifest = await reckoned(file).catch(() => refuse('none'))
  if (JSON.stringify(manifest) !== JSON.stringify(file.manifest)) refuse('altered')
  const number = hex(await sha256(utf8(manifest.map((line) => `${line}\n`).join(''))))
  const fingerprint = groups(hex(await sha256(raw)).slice(0, 24))
  return { file, number, fingerprint, tried: tried === true }
}

export const groups = (digits) => digits.match(/.{1,4}/g).join(' ')

// What is shown. Texts are only ever put in as text: a stranger wrote them.
const named = (id) => document.getElementById(id)

function element(tag, classes, text) {
  const made = document.createElement(tag)
  made.className = classes
  if (text !== undefined) made.textContent = text
  return made
}

function row(list, key, value) {
  if (!value) return
  const line = element('div', 'govuk-summary-list__row')
  line.append(element('dt', 'govuk-summary-list__key', key))
  const cell = element('dd', 'govuk-summary-list__value')
  cell.append(element('span', 'hedge-words', value))
  line.append(cell)
  list.append(line)
}

function day(text, style) {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString('en-GB', { timeZone: 'Europe/London', ...style })
}

const school = (one) => (one.urn ? `${one.name} (URN ${one.urn})` : one.name)
const ANSWERS = { '': 'No answer', yes: 'Yes', no: 'No', not_known: 'Not known' }
const LEFT_OUT = {
  another_person: 'about somebody else alone',
  material: 'suspect material and who viewed it',
  other_school: 'written by another school in a shared incident',
}

function heading(list, text) {
  list.append(element('h3', 'govuk-heading-s govuk-!-margin-bottom-1', text))
}

// Who sent it to whom, and what the two compare on the telephone.
function facts({ file, number, fingerprint }, about) {
  const { sender, recipient } = file
  const facts = named('facts')
  facts.replaceChildren()
  for (const [key, value] of about) row(facts, key, value)
  row(facts, 'From', school(sender))
  row(facts, 'Sent by', sender.sent_by)
  row(facts, 'Whom to ring', sender.contact)
  row(facts, 'Sent', day(file.sent_time, { dateStyle: 'long', timeStyle: 'short' }))
  row(facts, 'For', [school(recipient), recipient.address, recipient.contact].filter(Boolean).join('\n'))
  row(facts, 'Fingerprint of the key', fingerprint)
  row(facts, 'Number of the file', groups(number.slice(0, 16)))
}

function showReferral({ file }) {
  const questions = named('questions')
  questions.replaceChildren()
  let list
  let group
  for (const one of file.answers) {
    if (list === undefined || one.group !== group) {
      group = one.group
      if (group) heading(questions, group)
      list = element('dl', 'govuk-summary-list')
      questions.append(list)
    }
    row(list, one.question, Object.hasOwn(ANSWERS, one.answer) ? ANSWERS[one.answer] : one.answer)
  }
}

function showChild({ file }) {
  const entries = named('entries')
  entries.replaceChildren()
  for (const item of file.entries) {
    const one = element('li', '')
    heading(one, `${item.number}. ${item.kind}`)
    const when = [day(item.time, { dateStyle: 'long', timeStyle: 'short' }), item.record, `a record of ${item.origin || file.sender.name}`]
    one.append(element('p', 'govuk-body-s hedge-hint govuk-!-margin-bottom-1', when.filter(Boolean).join(', ')))
    one.append(element('p', 'govuk-body hedge-words', item.text))
    if (item.redacted) one.append(element('p', 'govuk-body', 'Names of others, or an address, are taken out.'))
    entries.append(one)
  }
  const left = named('left-out')
  left.replaceChildren(...file.left_out.map((one) => element('li', '', `${one.count}: ${LEFT_OUT[one.why] ?? one.why}`)))
  named('left-out-part').hidden = file.left_out.length === 0
}

function show(opened) {
  const { child, referral } = opened.file
  named('tried').hidden = !opened.tried
  named('untried').hidden = opened.tried
  named('of-child').hidden = !child
  named('of-referral').hidden = !referral
  if (child) {
    facts(opened, [
      ['Child', `${child.given_name} ${child.family_name}`],
      ['Known as', child.known_as],
      ['Date of birth', child.birth_date && day(child.birth_date, { dateStyle: 'long' })],
      ['Year group', child.year_group],
      ['UPN', child.upn],
    ])
    showChild(opened)
  } else {
    facts(opened, [['Referral', referral.title], ['The school’s reference', referral.reference]])
    showReferral(opened)
  }
  named('opened').hidden = false
  named('opened').focus()
}

let kept = ''

// What is no signed document is saved from here: it is never shown as a page of this one.
function offer({ content, kind }, name) {
  URL.revokeObjectURL(kept)
  kept = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }))
  const link = named('save')
  link.href = kept
  link.download = name.replace(/\.jwe$/i, '').replace(/\.(pdf|docx|html)$/i, '') + SAVED[kind]
  named('other').hidden = false
  named('other').focus()
}

function fail(field, message) {
  const link = named('failed-text')
  link.textContent = message
  link.href = `#${field}`
  named('failed').hidden = false
  document.title = `Error: ${document.title.replace(/^Error: /, '')}`
  named('failed').focus()
}

async function submitted(event) {
  event.preventDefault()
  const [button, busy] = [named('open'), named('busy')]
  named('failed').hidden = true
  named('opened').hidden = true
  named('other').hidden = true
  document.title = document.title.replace(/^Error: /, '')
  const [chosen] = named('file').files
  const passphrase = named('passphrase').value
  if (!chosen) return fail('file', 'Select the file')
  if (!passphrase.trim()) return fail('passphrase', 'Enter the passphrase that the school told you')
  button.disabled = true
  busy.textContent = 'Opening. This takes a moment.'
  try {
    const opened = await open(await chosen.text(), passphrase)
    if (opened.file) show(opened)
    else offer(opened, chosen.name)
  } catch (error) {
    const fix = error instanceof Refusal ? [error.field, error.message] : ['file', 'This browser cannot open the file: try another, or a newer one']
    fail(...fix)
  } finally {
    button.disabled = false
    busy.textContent = ''
  }
}

if (globalThis.document) {
  named('package-form').addEventListener('submit', submitted)
  named('print').addEventListener('click', () => window.print())
  // Without a secure connection a browser has no ciphers to offer.
  named(globalThis.crypto?.subtle ? 'viewer' : 'insecure').hidden = false
}
