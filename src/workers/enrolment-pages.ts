import type { EnrolmentKey } from '../domain/progress/key.ts'
import type { Page, PageRequest } from '../ports/page.ts'

/** All pages of a list, one after the other. */
export async function* enrolmentPages(
  list: (page: PageRequest) => Promise<Page<EnrolmentKey>>,
  limit: number,
): AsyncGenerator<readonly EnrolmentKey[]> {
  let after: string | undefined
  do {
    const page = await list({ after, limit })
    yield page.items
    after = page.next
  } while (after !== undefined)
}
