import { CodedError } from '../errors.ts'

/** Which proxy an address is asked through; null: none. */
export type ProxyChoice = (url: URL) => string | null

// What runs on this machine (an emulated tenant, the agent of a managed identity), and the metadata service of Azure,
// which answers no proxy.
const NEVER_PROXIED = ['localhost', '127.0.0.1', '::1', '169.254.169.254']

/**
 * `network.proxy` is for all requests. Without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY are obeyed, in either case of
 * letters. What is on this machine is never asked through a proxy. Throws PROXY_INVALID.
 */
export function proxyChoice(
  proxy: string | undefined,
  environment: NodeJS.ProcessEnv,
): ProxyChoice {
  if (proxy !== undefined) {
    const checked = proxyUrl(proxy, 'network.proxy')
    return (url) => (isHere(url) ? null : checked)
  }
  const read = (name: string): string =>
    (environment[name.toLowerCase()] ?? environment[name] ?? '').trim()
  const plain = read('HTTP_PROXY')
  const forHttp = plain === '' ? null : proxyUrl(plain, 'HTTP_PROXY')
  const secure = read('HTTPS_PROXY')
  const forHttps = secure === '' ? forHttp : proxyUrl(secure, 'HTTPS_PROXY')
  const direct = read('NO_PROXY')
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(exceptionOf)
  return (url) => {
    if (isHere(url) || direct.some((matches) => matches(url))) return null
    return url.protocol === 'https:' ? forHttps : forHttp
  }
}

/** An address of a proxy as errors may show it. */
export function withoutPassword(proxy: string): string {
  const { protocol, host } = new URL(proxy)
  return `${protocol}//${host}`
}

function proxyUrl(text: string, setting: string): string {
  // Curl and others take a proxy without its scheme.
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (URL.canParse(url) && /^(?:https?|socks5?):$/.test(new URL(url).protocol)) return url
  throw new CodedError(
    'PROXY_INVALID',
    `${setting} is no address of a proxy: write it as http://proxy.contoso.com:3128`,
  )
}

/** An entry of NO_PROXY: a host with everything below it, `*.` only what is below, with or without a port; `*` is all. */
function exceptionOf(entry: string): (url: URL) => boolean {
  const [, host = entry, port = ''] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  const name = bare(host.replace(/^\*?\./, ''))
  const isBelowOnly = host.startsWith('*.')
  return (url) => {
    if (port !== '' && port !== portOf(url)) return false
    const asked = bare(url.hostname)
    return name === '*' || (!isBelowOnly && asked === name) || asked.endsWith(`.${name}`)
  }
}

const isHere = (url: URL): boolean => NEVER_PROXIED.includes(bare(url.hostname))

const bare = (host: string): string => host.replace(/^\[|\]$|\.$/g, '').toLowerCase()

const portOf = ({ port, protocol }: URL): string =>
  port === '' ? (protocol === 'https:' ? '443' : '80') : port
