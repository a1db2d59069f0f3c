/**
 * Hook `before_incoming_middleware`: tells Baton what the user has said, in one call that answers
 * who replies. While that is not the bot, the bot's turn is dropped; all types of messages are.
 *
 * Where Baton does not answer, the bot stays silent: it cannot know whether a person is speaking.
 *
 * Botpress gives a hook one second, and shows it only those variables of its environment that begin
 * with EXPOSED_; set EXPOSED_BATON_URL and EXPOSED_BATON_KEY (scopes `messages` and `handoffs`).
 */
const axios = require('axios')

const TIMEOUT = 800
const NAME_LENGTH = 64
const TEXT_LENGTH = 4000
const NOBODY_SAID_IT = ['delivery', 'read', 'typing']

const gate = async () => {
  if (NOBODY_SAID_IT.includes(event.type)) {
    return
  }
  try {
    const { data } = await tellBaton()
    await rememberEpoch(data.epoch)
    if (data.paused) {
      dropTurn()
    }
  } catch (error) {
    dropTurn()
    const answer = error.response && error.response.data
    bp.logger.forBot(event.botId).error('Baton: ' + ((answer && answer.detail) || error.message))
  }
}

const tellBaton = () => {
  const url = process.env.EXPOSED_BATON_URL + '/api/v1/bots/' + encodeURIComponent(event.botId)
  const headers = { Authorization: 'Bearer ' + process.env.EXPOSED_BATON_KEY }
  return axios.post(url + '/messages', message(), { headers, timeout: TIMEOUT })
}

const message = () => ({
  from: 'user',
  channel: event.channel,
  // What is undefined is left out of the JSON: a channel without threads has none.
  thread: event.threadId ? String(event.threadId) : undefined,
  user: { id: String(event.target), name: nameOf(userOf(event)), attributes: attributesOf(userOf(event)) },
  // The same message told twice is one message.
  message_id: String(event.id),
  ...said()
})

const said = () => {
  const text = (event.payload && event.payload.text) || event.preview
  if (event.type === 'text' && text) {
    return { type: 'text', text: Array.from(text).slice(0, TEXT_LENGTH).join('') }
  }
  // A text without words is not one.
  return { type: event.type === 'text' ? 'empty' : event.type, payload: event.payload || {} }
}

const userOf = event => (event.state && event.state.user) || {}

const nameOf = user => {
  const name = user.full_name || user.nickname || [user.first_name, user.last_name].filter(Boolean).join(' ')
  return name ? Array.from(name).slice(0, NAME_LENGTH).join('') : undefined
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

// The bot's replies to this event are thought up in this epoch: see record-bot.js.
const rememberEpoch = epoch =>
  bp.kvs.forBot(event.botId).set('baton-epoch-' + event.id, epoch, undefined, '1 hour')

const dropTurn = () => {
  event.isPause = true
  event.setFlag(bp.IO.WellKnownFlags.SKIP_DIALOG_ENGINE, true)
  event.setFlag(bp.IO.WellKnownFlags.SKIP_QNA_PROCESSING, true)
}

return gate()
