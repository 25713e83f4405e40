import type { Hono } from 'hono'
import { issuerOf } from './access-token.ts'
import type { EmulatorPorts } from './module.ts'
import type { TokenSigner } from './token-signer.ts'

/** Documents that say where tokens come from and who signs them, of both versions. */
export function mountDiscovery(app: Hono, ports: EmulatorPorts, signer: TokenSigner): void {
  const { hosts, world, address } = ports
  const { tenantId } = world
  const issuers = { 1: issuerOf(tenantId), 2: `https://${hosts.login}/${tenantId}/v2.0` } as const
  const documentOf = (version: 1 | 2): object => {
    const root = `${address()}/${hosts.login}/${tenantId}`
    const part = version === 1 ? '' : '/v2.0'
    return {
      token_endpoint: `${root}/oauth2${part}/token`,
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
        'client_secret_basic',
      ],
      jwks_uri: `${root}/discovery${part}/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: issuers[version],
      authorization_endpoint: `${root}/oauth2${part}/authorize`,
      tenant_region_scope: 'EU',
      cloud_instance_name: hosts.login.replace(/^login\./, ''),
      msgraph_host: hosts.graph,
    }
  }
  for (const version of [1, 2] as const) {
    const part = version === 1 ? '' : '/v2.0'
    const path = `/${hosts.login}/:tenant`
    app.get(`${path}${part}/.well-known/openid-configuration`, (c) => c.json(documentOf(version)))
    app.get(`${path}/discovery${part}/keys`, (c) =>
      c.json({ keys: [signer.published(issuers[version])] }),
    )
  }
}
