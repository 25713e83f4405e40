import { describe, expect, test } from 'vitest'
import {
  askingOf,
  cloudBelow,
  isTokenRequest,
  SECRET,
  standIn,
  TOKEN,
  tokenAnswer,
  type Heard,
  type Said,
} from './stand-in.suite.ts'

const serving = async (answer: (heard: Heard, count: number) => Said) =>
  standIn((heard, count) => (isTokenRequest(heard) ? tokenAnswer() : answer(heard, count)))
const never = new AbortController().signal
const AF429 =
  "{'error':{'code':'AF429','message':'Too many requests. Method=GetBlob, PublisherId=0000'}}"

describe('a token goes nowhere else', () => {
  test.each([
    'https://manage.contoso.com/blob',
    'http://127.0.0.1:1/manage/blob',
    'http://127.0.0.1@evil.contoso.com/manage',
  ])('not where a link leads that was served: %s', async (link) => {
    await using cloud = await serving(() => ({ body: {} }))
    await using asking = askingOf(cloudBelow(cloud.url))
    expect(asking.client.trusts('management', link)).toBe(false)
    await expect(asking.get(link)).rejects.toMatchObject({ code: 'HOST_NOT_TRUSTED' })
    expect(cloud.heard).toEqual([])
  })

  test.each(['/graph/v1.0/users', '/manage/../graph/v1.0', '/manage/%2e%2e/graph', '/manager/x'])(
    'not to another interface of the same cloud: %s',
    async (path) => {
      await using cloud = await serving(() => ({ body: {} }))
      await using asking = askingOf(cloudBelow(cloud.url))
      const asked = asking.get(`${cloud.url}${path}`)
      await expect(asked).rejects.toMatchObject({ code: 'HOST_NOT_TRUSTED' })
      expect(cloud.heard).toEqual([])
    },
  )

  test('not to a host that a path begins with: it lies below the root', async () => {
    await using cloud = await serving(() => ({ body: {} }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await asking.get('//evil.contoso.com/x')
    expect(cloud.heard.at(-1)?.path).toBe('/manage//evil.contoso.com/x')
  })

  test.each([301, 302, 307, 308])('not where an answer leads (HTTP %i)', async (status) => {
    await using elsewhere = await standIn(() => ({ body: {} }))
    await using cloud = await serving(() => ({
      status,
      headers: { location: `${elsewhere.url}/manage/blob` },
    }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('leads elsewhere'),
    })
    expect(elsewhere.heard).toEqual([])
  })

  test('not into an error, nor do the secret and the query of the address', async () => {
    await using cloud = await serving(({ headers, path }) => ({
      status: 400,
      body: { error: { code: 'AF20002', message: 'Bad parameter' }, headers, path },
    }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const error: unknown = await asking.get('/one?page=canary-query').catch((e: unknown) => e)
    expect(error).toMatchObject({ serviceCode: 'AF20002', status: 400 })
    const told = `${String(error)} ${JSON.stringify(error)}`
    for (const canary of [TOKEN, SECRET, 'canary-query']) expect(told).not.toContain(canary)
  })
})

describe('throttling', () => {
  test.each([
    ['seconds', '7', 7_000],
    ['a date', 'Wed, 04 Mar 2026 12:00:30 GMT', 30_000],
    ['more than an hour', '1000000000', 3_600_000],
  ])('is waited for as told in %s', async (_what, retryAfter, ms) => {
    await using cloud = await serving((_heard, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': retryAfter } } : { body: {} },
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    expect((await asking.get('/one')).status).toBe(200)
    expect(asking.clock.slept).toEqual([ms])
    expect(asking.client.usage()).toMatchObject([{ throttled: 1, failed: 0, requests: 2 }])
  })

  test.each(['0', '', 'soon', 'Wed, 04 Mar 2026 11:00:00 GMT', '-5'])(
    'is backed off from where what is told cannot be followed: "%s"',
    async (retryAfter) => {
      await using cloud = await serving((_heard, count) =>
        count === 1 ? { status: 429, headers: { 'retry-after': retryAfter } } : { body: {} },
      )
      await using asking = askingOf(cloudBelow(cloud.url))
      expect((await asking.get('/one')).status).toBe(200)
      expect(asking.clock.slept[0]).toBeGreaterThanOrEqual(500)
      expect(asking.clock.slept[0]).toBeLessThanOrEqual(1_000)
    },
  )

  test('comes as 403 with AF429 in single quotes: no lack of permission', async () => {
    await using cloud = await serving((_heard, count) =>
      count < 3 ? { status: 403, body: AF429 } : { body: {} },
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    expect((await asking.get('/one')).status).toBe(200)
    expect(asking.client.usage()).toMatchObject([{ throttled: 2 }])
  })

  test('that does not end is an error that may pass', async () => {
    await using cloud = await serving(() => ({ status: 403, body: AF429 }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'THROTTLED',
      serviceCode: 'AF429',
      isPassing: true,
    })
    expect(cloud.heard.filter((heard) => !isTokenRequest(heard))).toHaveLength(7)
  })

  test('of one scope does not slow another', async () => {
    await using cloud = await serving(({ path }) =>
      path.includes('slow') ? { status: 429, headers: { 'retry-after': '60' } } : { body: {} },
    )
    await using asking = askingOf(cloudBelow(cloud.url))
    const { client, clock } = asking
    const stop = new AbortController()
    const slow = client
      .send({ audience: 'graph', url: '/slow', budget: 'graph-audit' }, stop.signal)
      .catch((error: unknown) => error)
    while (clock.slept.length === 0) await new Promise(setImmediate)
    stop.abort()
    await slow
    const before = clock.slept.length
    await client.send({ audience: 'graph', url: '/fast', budget: 'graph-directory' }, never)
    expect(clock.slept).toHaveLength(before)
    const shares = client.usage().map(({ budget, throttled }) => [budget, throttled > 0])
    expect(shares).toEqual([
      ['graph-audit', true],
      ['graph-directory', false],
    ])
  })
})

describe('what fails', () => {
  test('is tried again after pauses that double, none in step with others', async () => {
    await using cloud = await serving(() => ({ status: 500, body: {} }))
    const slept: number[][] = []
    for (let n = 0; n < 2; n += 1) {
      await using asking = askingOf(cloudBelow(cloud.url))
      await expect(asking.get('/one')).rejects.toMatchObject({ code: 'SERVICE_FAILED' })
      slept.push(asking.clock.slept)
    }
    for (const pauses of slept) {
      expect(pauses).toHaveLength(6)
      for (const [n, ms] of pauses.entries()) {
        expect(ms).toBeGreaterThanOrEqual(500 * 2 ** n)
        expect(ms).toBeLessThanOrEqual(1_000 * 2 ** n)
      }
    }
    expect(slept[0]).not.toEqual(slept[1])
  })

  test('for good is not tried again', async () => {
    await using cloud = await serving(() => ({ status: 404, body: {} }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(asking.clock.slept).toEqual([])
  })

  test('is an answer where it is expected', async () => {
    await using cloud = await serving(() => ({ status: 404, body: { gone: true } }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const request = { audience: 'graph', url: '/one', budget: 'graph', accept: [404] } as const
    const answer = await asking.client.send(request, never)
    expect([answer.status, await answer.json()]).toEqual([404, { gone: true }])
  })

  test('where nothing listens names the host', async () => {
    const cloud = await serving(() => ({}))
    await cloud[Symbol.asyncDispose]()
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1:\d+ .*nothing listens there/),
    })
  })
})

describe('a body', () => {
  const bodyOf = async (said: Said, read: (answer: Awaited<ReturnType<Asked>>) => unknown) => {
    await using cloud = await serving(() => said)
    await using asking = askingOf(cloudBelow(cloud.url))
    return read(await asking.get('/one'))
  }
  type Asked = ReturnType<typeof askingOf>['get']

  test.each<[string, Said]>([
    [
      'is shorter than it said',
      {
        headers: { 'content-length': '1000' },
        write: (response) => {
          response.write('[1,')
          setTimeout(() => response.destroy(), 20)
        },
      },
    ],
    [
      'ends within a piece',
      {
        write: (response) => {
          response.write('[1,')
          setTimeout(() => response.destroy(), 20)
        },
      },
    ],
  ])('that %s is a connection that broke, not an end', async (_what, said) => {
    let got = ''
    const error: unknown = await bodyOf(said, async (answer) => {
      try {
        for await (const piece of answer.bytes()) got += Buffer.from(piece).toString()
      } catch (thrown) {
        return thrown
      }
      return null
    })
    expect(got).toBe('[1,')
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', isPassing: true })
  })

  test('without an end is read to its limit, and the connection is closed', async () => {
    let isClosed = false
    const said: Said = {
      write: (response) => {
        const piece = Buffer.alloc(64 << 10, ' ')
        const more = (): void => {
          while (!response.destroyed && response.write(piece));
          response.once('drain', more)
        }
        response.once('close', () => (isClosed = true))
        more()
      },
    }
    const error: unknown = await bodyOf(said, async (answer) =>
      answer.json(1 << 20).catch((thrown: unknown) => thrown),
    )
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', isPassing: false })
    await expect.poll(() => isClosed).toBe(true)
  })

  test('of an error without an end is read a little way', async () => {
    await using cloud = await serving(() => ({
      status: 400,
      write: (response) => void response.write(`{"error":{"code":"AF20020"}}${' '.repeat(40_000)}`),
    }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({ serviceCode: 'AF20020' })
  })

  test('of a token without an end is read a little way', async () => {
    await using cloud = await standIn(() => ({
      write: (response) => void response.write(Buffer.alloc(2 << 20, ' ')),
    }))
    await using asking = askingOf(cloudBelow(cloud.url))
    await expect(asking.get('/one')).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' })
  })

  test('that is no JSON may be another time', async () => {
    await using cloud = await serving(() => ({ body: '<html>' }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const answer = await asking.get('/one')
    await expect(answer.json()).rejects.toMatchObject({ code: 'BODY_NOT_JSON', isPassing: true })
  })

  test('that nobody wants any more ends with the reason, at once', async () => {
    await using cloud = await serving(() => ({ write: (response) => void response.write('[1,') }))
    await using asking = askingOf(cloudBelow(cloud.url))
    const stop = new AbortController()
    const answer = await asking.get('/one', stop.signal)
    const reading = answer.buffer()
    stop.abort(new Error('ended'))
    await expect(reading).rejects.toThrow('ended')
  })

  test('gives its place back once it is read, or dropped', async () => {
    await using cloud = await serving(() => ({ body: {} }))
    const limits = { management: { perMinute: 600, atOnce: 1 } }
    await using asking = askingOf(cloudBelow(cloud.url), { limits })
    const first = await asking.get('/one')
    let isSecond = false
    const second = asking.get('/two').then(async (answer) => {
      isSecond = true
      return answer.discard()
    })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(isSecond).toBe(false)
    await first.buffer()
    await second
    expect(isSecond).toBe(true)
  })
})
