import type { CloudName } from './options.ts'

/** The hosts of a cloud; each is a folder below the emulator's own address. */
export interface CloudHosts {
  readonly login: string
  readonly management: string
  readonly graph: string
  readonly appInsights: string
}

// Interface reference, sections a and k.
export const CLOUD_HOSTS: Readonly<Record<CloudName, CloudHosts>> = {
  commercial: {
    login: 'login.microsoftonline.com',
    management: 'manage.office.com',
    graph: 'graph.microsoft.com',
    appInsights: 'api.applicationinsights.io',
  },
  gcc: {
    login: 'login.microsoftonline.com',
    management: 'manage-gcc.office.com',
    graph: 'graph.microsoft.com',
    appInsights: 'api.applicationinsights.io',
  },
  'gcc-high': {
    login: 'login.microsoftonline.us',
    management: 'manage.office365.us',
    graph: 'graph.microsoft.us',
    appInsights: 'api.applicationinsights.us',
  },
  dod: {
    login: 'login.microsoftonline.us',
    management: 'manage.protection.apps.mil',
    graph: 'dod-graph.microsoft.us',
    appInsights: 'api.applicationinsights.us',
  },
}
