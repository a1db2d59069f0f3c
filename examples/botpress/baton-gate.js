/**
 * Hook `before_incoming_middleware`: sends the user's message to Baton. The answer says who replies. If
 * that is not the bot, this hook drops the bot's turn, whatever the type of the message.
 *
 * If Baton does not answer twice, the bot does not reply, because a person may be speaking. The user
 * gets the text `unavailable` instead.
 *
 * Botpress waits for a hook as long as it takes: the option `timeout` of its sandbox has no effect.
 *
 * Settings: see EXPOSED_BATON_URL and EXPOSED_BATON_BOTS in README.md. The key needs the scope
 * `messages`. A bot that EXPOSED_BATON_BOTS does not name works as before.
 */
const axios = require('axios')

const TIMEOUT = 3000
const BEFORE_RETRY = 300
const NAME_LENGTH = 64
const TEXT_LENGTH = 10000
const PAYLOAD_LENGTH = 15000
const UNAVAILABLE = 'I cannot answer at the moment. Please try again in a few minutes.'

const NOT_FOR_BATON = ['delivery', 'read', 'typing']
const BATON_RETURN = 'baton-return'
const PRESSED = ['quick_reply', 'postback']
const SAID = ['text', 'message', 'image', 'file', 'audio', 'voice', 'video', 'location', 'contact', 'sticker', ...PRESSED]
// Baton knows these events of Botpress by their types. The others get the type `event`.
const KNOWN_EVENTS = [
  'visit',
  'session_reset',
  'session_reference',
  'proactive-trigger',
  'workflow_ended',
  'bp_dialog_timeout'
]

const gate = async () => {
  if (NOT_FOR_BATON.includes(event.type)) {
    return
  }
  let baton
  try {
    baton = settingsOf(event.botId)
    if (!baton) {
      return
    }
    if (event.type === BATON_RETURN) {
      await resume(baton)
      return
    }
    const turn = await callBaton(baton, { method: 'post', url: '/messages', data: message() })
    await rememberEpoch(turn.epoch)
    if (turn.paused) {
      dropTurn()
    }
  } catch (error) {
    dropTurn()
    bp.logger.forBot(event.botId).error('Baton: ' + reasonOf(error))
    if (SAID.includes(event.type)) {
      await sayUnavailable(baton)
    }
  }
}

const message = () => ({
  from: 'user',
  channel: event.channel,
  // Undefined fields are left out of the JSON. Some channels have no threads.
  thread: event.threadId ? String(event.threadId) : undefined,
  user: { id: String(event.target), name: nameOf(userOf(event)), attributes: attributesOf(userOf(event)) },
  // If a call is repeated, Baton stores the message once and answers with the turn of that moment.
  message_id: String(event.id),
  ...said()
})

const said = () => {
  const payload = event.payload || {}
  const words = PRESSED.includes(event.type) ? labelOf(payload) : payload.text || event.preview
  if (words && ['text', 'message', ...PRESSED].includes(event.type)) {
    return { type: 'text', text: cut(words, TEXT_LENGTH) }
  }
  if (SAID.includes(event.type)) {
    // Baton refuses a message of the type `text` without a text.
    return { type: event.type === 'text' ? 'empty' : event.type, payload: small(payload) }
  }
  if (KNOWN_EVENTS.includes(event.type)) {
    return { type: event.type, payload: small(payload) }
  }
  return { type: 'event', payload: { ...small(payload), name: event.type } }
}

// What the user saw on the button.
const labelOf = payload => {
  const labels = [payload.text, payload.title, payload.label, event.preview, payload.payload]
  return labels.find(label => label && typeof label === 'string')
}

const small = payload => (JSON.stringify(payload).length > PAYLOAD_LENGTH ? { text: event.preview, cut: true } : payload)

const userOf = event => (event.state && event.state.user) || {}

const nameOf = user => {
  const whole = user.full_name || user.fullName
  const parts = [user.first_name || user.firstName, user.last_name || user.lastName].filter(Boolean).join(' ')
  return cut(whole || parts || user.nickname, NAME_LENGTH)
}

const attributesOf = user => {
  const shown = {}
  for (const attribute of ['language', 'email', 'picture_url', 'profile_pic']) {
    if (user[attribute]) {
      shown[attribute] = user[attribute]
    }
  }
  return Object.keys(shown).length ? shown : undefined
}

// record-bot.js sends the bot's replies to this event with this epoch.
const rememberEpoch = epoch =>
  bp.kvs
    .forBot(event.botId)
    .set('baton-epoch-' + event.id, epoch, undefined, '1 hour')
    .catch(error => bp.logger.forBot(event.botId).warn('Baton: ' + error.message))

const dropTurn = () => {
  event.isPause = true
  event.setFlag(bp.IO.WellKnownFlags.SKIP_DIALOG_ENGINE, true)
  event.setFlag(bp.IO.WellKnownFlags.SKIP_QNA_PROCESSING, true)
}

// webhook.js sends this event when a conversation comes back from a person. The key-value store holds
// what came back, because a user can send events of every type, but cannot guess the token.
const resume = async baton => {
  const store = bp.kvs.forBot(event.botId)
  const key = BATON_RETURN + '-' + event.payload.token
  const back = await store.get(key)
  if (!back) {
    dropTurn()
    return
  }
  await store.delete(key)
  const now = await callBaton(baton, { method: 'get', url: '/conversations/' + back.conversation_id + '/gate' })
  if (now.paused || now.epoch !== back.epoch) {
    dropTurn()
    return
  }
  event.state.session.baton = { outcome: back.outcome, note: back.note, variables: back.variables }
  event.setFlag(bp.IO.WellKnownFlags.FORCE_PERSIST_STATE, true)
  event.setFlag(bp.IO.WellKnownFlags.SKIP_QNA_PROCESSING, true)
  if (back.resume_at) {
    await rememberEpoch(now.epoch)
    const [flow, node] = back.resume_at.split('#')
    const name = flow.endsWith('.flow.json') ? flow : flow + '.flow.json'
    await bp.dialog.jumpTo(bp.dialog.createId(event), event, name, node || 'entry')
  } else {
    event.setFlag(bp.IO.WellKnownFlags.SKIP_DIALOG_ENGINE, true)
  }
}

const settingsOf = botId => {
  let bots
  try {
    bots = JSON.parse(process.env.EXPOSED_BATON_BOTS || '{}')
  } catch (error) {
    throw new Error('EXPOSED_BATON_BOTS is not JSON. ' + error.message)
  }
  return Object.prototype.hasOwnProperty.call(bots, botId) ? bots[botId] : undefined
}

// Retries once if Baton is down or slow. Both calls are the same, so Baton acts once.
const callBaton = async (baton, request) => {
  const headers = { ...request.headers, Authorization: 'Bearer ' + baton.key }
  const baseURL = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const send = () => within(TIMEOUT, axios({ ...request, headers, baseURL, timeout: TIMEOUT }))
  try {
    return (await send()).data
  } catch (error) {
    const status = error.response && error.response.status
    if (status && status < 500 && status !== 429) {
      throw error
    }
    await new Promise(resolve => setTimeout(resolve, BEFORE_RETRY))
    return (await send()).data
  }
}

// The timeout of axios does not cover every way to hang.
const within = (ms, promise) => {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('There was no answer in ' + ms + ' ms.')), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

const reasonOf = error => {
  const answer = error.response && error.response.data
  return (answer && answer.detail) || error.message
}

// `baton` tells record-bot.js not to record this text.
const sayUnavailable = async baton => {
  const text = baton && baton.unavailable !== undefined ? baton.unavailable : UNAVAILABLE
  if (text) {
    await bp.events.replyToEvent(event, [{ type: 'text', text, baton: true }], event.id)
  }
}

const cut = (words, length) => (words ? Array.from(String(words)).slice(0, length).join('') : undefined)

return gate()
