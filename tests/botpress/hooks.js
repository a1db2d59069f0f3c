'use strict'

// Runs one hook or action as Botpress v12 does: in a NodeVM of vm2 with Botpress' options. Its text is
// the body of a function that gets `bp` and `event`, and may require what Botpress has loaded.
//
//   node hooks.js FILE AXIOS SANDBOX < {"event", "env", "kvs", "args", "session"}
//
// SANDBOX is "vm2", or "none" for a Botpress with DISABLE_BOT_SANDBOX or DISABLE_GLOBAL_SANDBOX.
//
// Prints the outcome as JSON. A hook that opens a route is served instead, on a free port whose number
// is printed first. Then each event that the hook sends is printed, one JSON per line.

const fs = require('fs')
const http = require('http')
const { createRequire } = require('module')

const [file, axios, sandbox] = process.argv.slice(2)
const { event, env, kvs, args, session } = JSON.parse(fs.readFileSync(0, 'utf8'))
const installed = createRequire(process.cwd() + '/')

const flags = []
const logged = []
const replies = []
const jumps = []
const temp = {}
const logger = {
  error: message => logged.push(['error', message]),
  warn: message => logged.push(['warn', message])
}
let handler = null

const bp = {
  IO: {
    WellKnownFlags: {
      SKIP_DIALOG_ENGINE: Symbol('skip dialog'),
      SKIP_QNA_PROCESSING: Symbol('skip qna'),
      FORCE_PERSIST_STATE: Symbol('persist state')
    },
    Event: given => given
  },
  logger: { ...logger, forBot: () => logger },
  kvs: {
    forBot: () => ({
      get: async key => kvs[key],
      set: async (key, value) => {
        if (kvs.broken) {
          throw new Error('The key-value store is broken.')
        }
        kvs[key] = value
      },
      delete: async key => {
        delete kvs[key]
      }
    })
  },
  dialog: {
    createId: of => [of.botId, of.channel, of.target, of.threadId].join('::'),
    jumpTo: async (id, _, flow, node) => jumps.push([id, flow, node])
  },
  events: {
    sendEvent: async sent => console.log(JSON.stringify({ ...sent, kvs })),
    replyToEvent: async (to, payloads) => replies.push(...payloads.map(payload => ({ to: to.target, ...payload })))
  },
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
  user: event && event.state && event.state.user,
  temp,
  args,
  process: { env }
}
if (given.event) {
  given.event.state = { ...given.event.state, session: session || {} }
}
const required = name => (name === 'axios' ? installed(axios) : require(name))
const code = fs.readFileSync(file, 'utf8')

const run = () => {
  if (sandbox === 'none') {
    return new Function(...Object.keys(given), 'require', code)(...Object.values(given), required)
  }
  const { NodeVM, VMScript } = installed('vm2')
  const mock = new Proxy({}, { get: (_, name) => required(name) })
  const options = { wrapper: 'none', console: 'inherit', sandbox: given, timeout: 1000 }
  return new NodeVM({ ...options, require: { external: true, mock } }).run(new VMScript(code))
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
  server.listen(0, '127.0.0.1', () => {
    const { path, options } = handler
    console.log(JSON.stringify({ port: server.address().port, path, options }))
  })
}

Promise.resolve(run()).then(() => {
  if (handler) {
    serve()
    return
  }
  const outcome = {
    isPause: !!(given.event && given.event.isPause),
    flags,
    kvs,
    logged: logged.map(([level]) => level),
    said: logged.map(([, text]) => text),
    replies,
    jumps,
    temp,
    session: given.event && given.event.state.session
  }
  process.stdout.write(JSON.stringify(outcome) + "\n", () => process.exit())
})
