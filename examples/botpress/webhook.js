/**
 * Hook `after_server_start`: receives Baton's webhooks at
 * POST /api/v1/bots/<bot>/mod/baton/webhook, and sends agents' messages to the user's channel.
 *
 * Set EXPOSED_BATON_WEBHOOK_SECRET to the secret that Baton showed (`whsec_…`). In Baton, set the URL
 * above as the bot's webhook. Signatures: https://www.standardwebhooks.com
 */
const crypto = require('crypto')

const TOLERANCE = 5 * 60
const LARGEST = 512 * 1024
const REMEMBERED = 1000
const OK = 204
const seen = new Set()

const receive = async (req, res) => {
  try {
    const body = await read(req)
    if (body === undefined) {
      res.status(413).send('')
    } else if (!isSigned(req.headers, body)) {
      res.status(401).send('The signature is wrong.')
    } else {
      await once(req.headers['webhook-id'], () => deliver(req.params.botId, JSON.parse(body)))
      res.status(OK).send('')
    }
  } catch (error) {
    // Baton retries after a 500.
    bp.logger.error('Baton: ' + error.message)
    res.status(500).send('')
  }
}

const read = async req => {
  const chunks = []
  let size = 0
  for await (const chunk of req) {
    size += chunk.length
    if (size > LARGEST) {
      return undefined
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const isSigned = (headers, body) => {
  const id = headers['webhook-id']
  const seconds = Number(headers['webhook-timestamp'])
  const offered = headers['webhook-signature']
  if (!id || !offered || !(Math.abs(Date.now() / 1000 - seconds) <= TOLERANCE)) {
    return false
  }
  const secret = (process.env.EXPOSED_BATON_WEBHOOK_SECRET || '').replace(/^whsec_/, '')
  if (!secret) {
    return false
  }
  const key = Buffer.from(secret, 'base64')
  const right = crypto.createHmac('sha256', key).update(id + '.' + seconds + '.' + body).digest()
  return offered.split(' ').some(each => isRight(each, right))
}

const isRight = (signature, right) => {
  const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
  return signature.startsWith('v1,') && given.length === right.length && crypto.timingSafeEqual(given, right)
}

// Baton delivers at least once; a repeated delivery has the same id.
const once = async (id, act) => {
  if (seen.has(id)) {
    return
  }
  await act()
  seen.add(id)
  if (seen.size > REMEMBERED) {
    seen.delete(seen.values().next().value)
  }
}

const deliver = async (botId, told) => {
  if (told.type !== 'agent.message') {
    return
  }
  const data = told.data
  const said = data.entry
  const payload = said.type === 'text' ? { type: 'text', text: said.text } : { ...said.payload, type: said.type }
  await bp.events.sendEvent(
    bp.IO.Event({
      type: said.type,
      direction: 'outgoing',
      botId,
      channel: data.channel,
      target: data.user,
      threadId: data.thread || undefined,
      preview: said.text || '',
      // `agent` tells record-bot.js and the transcript that an agent wrote this.
      payload: { ...payload, agent: true, preview: said.text || '' }
    })
  )
}

// The signature covers the raw bytes, so Botpress must not parse the body first.
const router = bp.http.createRouterForBot('baton', { checkAuthentication: false, enableJsonBodyParser: false })
router.post('/webhook', receive)
