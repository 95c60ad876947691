import type { Random } from './random.ts'

const GIVEN =
  'aarav aditi amina ananya anjali arjun asha aryan bhavna chitra deepak devika farhan fatima gaurav geeta harish imran isha jaya kabir kavita kiran lakshmi leela manoj meera mohan nadia naveen neha nikhil pooja priya rahul ravi rohan sana sunita vikram'
const FAMILY =
  'agarwal banerjee bose chauhan das desai fernandes ghosh gupta iyer jain joshi kapoor khan kulkarni kumar menon mishra nair patel rao reddy sharma singh verma'

/** Learners' ids made of two names, each once: `asha-verma`. At most 1000. */
export function learnerIds(random: Random, count: number): readonly string[] {
  const all = GIVEN.split(' ').flatMap((given) => FAMILY.split(' ').map((family) => `${given}-${family}`))
  return random.shuffle(all).slice(0, count)
}
