import { CloudError } from '../../platform/http/cloud-error.ts'
import type { Notice } from '../feed.ts'
import type { ManagementActivityOptions } from './feed.ts'
import { BUDGET, subscriptionItems, withPublisher } from './wire.ts'

/** What an operator should know of the subscriptions; changes nothing. */
export async function checkSubscriptions(
  { client, publisher, contentTypes, webhook }: ManagementActivityOptions,
  root: string,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  try {
    const url = withPublisher(`${root}/subscriptions/list`, publisher)
    const answer = await client.send({ audience: 'management', url, budget: BUDGET }, signal)
    const items = subscriptionItems(await answer.json())
    return [
      ...clockFindings(client.clockSkewMs?.() ?? null),
      ...contentTypes.flatMap((contentType): Notice[] => {
        const found = items.find((item) => item.contentType === contentType)
        if (found?.isEnabled === true)
          return webhook === undefined || found.webhook?.address === webhook.address
            ? []
            : [
                {
                  code: 'WEBHOOK_SILENT',
                  subject: contentType,
                  message: `Microsoft does not call ${webhook.address} for ${contentType}: "daybook collect" asks it to within the hour, and says what is in the way; polling finds the same, later`,
                },
              ]
        return [
          {
            code: found === undefined ? 'NOT_SUBSCRIBED' : 'SUBSCRIPTION_DISABLED',
            subject: contentType,
            message: `There is no enabled subscription to ${contentType}: "daybook collect" starts it; first content may take twelve hours`,
          },
        ]
      }),
    ]
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    return [{ code: error.code, subject: 'management-activity', message: error.message }]
  }
}

/** Windows are judged by Microsoft's clock: one that is minutes away loses the edge of the seven days. */
const MOST_SKEW_MS = 6 * 60_000

function clockFindings(skewMs: number | null): Notice[] {
  if (skewMs === null || Math.abs(skewMs) < MOST_SKEW_MS) return []
  return [
    {
      code: 'CLOCK_SKEW',
      subject: 'clock',
      message: `The clock of this machine is ${Math.round(Math.abs(skewMs) / 60_000)} minutes ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's: let it follow a time server`,
    },
  ]
}
