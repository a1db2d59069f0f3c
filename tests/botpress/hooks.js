'use strict'

// Runs one hook as Botpress v12 does: its text is the body of an async function that gets `bp` and
// `event`, and may require what Botpress has loaded.
//
//   node hooks.js HOOK AXIOS < {"event", "env", "kvs"}
//
// Prints what came of it as JSON. A hook that opens a route is served instead, on a free port whose
// number is printed first; what it sends to users is printed then, one JSON a line.

const fs = require('fs')
const http = require('http')
const { createRequire } = require('module')

const [hook, axios] = process.argv.slice(2)
const { event, env, kvs } = JSON.parse(fs.readFileSync(0, 'utf8'))
const installed = createRequire(process.cwd() + '/')

const flags = []
const logged = []
const logger = {
  error: message => logged.push(['error', message]),
  warn: message => logged.push(['warn', message])
}
let handler = null

const bp = {
  IO: {
    WellKnownFlags: { SKIP_DIALOG_ENGINE: Symbol('skip dialog'), SKIP_QNA_PROCESSING: Symbol('skip qna') },
    Event: given => given
  },
  logger: { ...logger, forBot: () => logger },
  kvs: {
    forBot: () => ({
      get: async key => kvs[key],
      set: async (key, value) => {
        kvs[key] = value
      }
    })
  },
  events: { sendEvent: async sent => console.log(JSON.stringify(sent)) },
  http: {
    createRouterForBot: (name, options) => ({
      post: (path, receive) => {
        handler = { path: '/api/v1/bots/:botId/mod/' + name + path, options, receive }
      }
    })
  }
}

const given = {
  bp,
  event: event && { ...event, setFlag: (flag, on) => flags.push([flag.description, on]) },
  process: { env },
  require: name => (name === 'axios' ? installed(axios) : require(name))
}

const serve = () => {
  const server = http.createServer((req, res) => {
    const [, botId] = req.url.match(/bots\/([^/]+)\//)
    res.status = code => {
      res.statusCode = code
      return res
    }
    res.send = body => res.end(body)
    handler.receive(Object.assign(req, { params: { botId } }), res)
  })
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port, path: handler.path, options: handler.options })))
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
const run = new AsyncFunction(...Object.keys(given), fs.readFileSync(hook, 'utf8'))
run(...Object.values(given)).then(() => {
  if (handler) {
    serve()
  } else {
    const isPause = !!given.event.isPause
    console.log(JSON.stringify({ isPause, flags, kvs, logged: logged.map(([level]) => level), said: logged.map(([, text]) => text) }))
  }
})
