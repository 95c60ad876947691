import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { CourseData, SINCE, UserData } from './people.ts'

const CertificateData = record('CertificateData', 'A certificate of a user for a course run.', {
  user: field(UserData, 'whose'),
  course: field(CourseData, 'for what'),
  mode: field(string, 'course mode in which it was earned'),
  grade: field(string, 'final grade, as text'),
  download_url: field(string, 'where it can be fetched; may be empty'),
  name: field(string, 'name on the certificate', { pii: 'identifier' }),
  current_status: field(string, 'status now, such as downloadable'),
  previous_status: field(string, 'status before; may be empty'),
})

const course = {
  minor: 0,
  producer: 'lms',
  key: 'certificate.course.course_key',
  topics: ['learning-certificate-lifecycle'],
  data: { certificate: CertificateData },
  since: SINCE,
} as const

export const CertificateCreated = definePublicEvent({
  ...course,
  type: 'org.openedx.learning.certificate.created.v1',
  description: 'A user was given a certificate for a course run.',
})

export const CertificateChanged = definePublicEvent({
  ...course,
  type: 'org.openedx.learning.certificate.changed.v1',
  description: 'A certificate for a course run was saved, changed or not.',
})

export const CertificateRevoked = definePublicEvent({
  ...course,
  type: 'org.openedx.learning.certificate.revoked.v1',
  description: 'A certificate for a course run was taken back.',
})

const ProgramData = record('ProgramData', 'A program of several courses.', {
  uuid: field(string, 'id of the program'),
  title: field(string, 'title'),
  program_type: field(string, 'type of the program'),
})

const ProgramCertificateData = record('ProgramCertificateData', 'A certificate of a user for a program.', {
  user: field(UserData, 'whose'),
  program: field(ProgramData, 'for what'),
  uuid: field(string, 'id of the certificate'),
  status: field(string, 'awarded or revoked'),
  url: field(string, 'where it can be seen'),
  certificate_available_date: opt(datetime, 'from when on it can be seen'),
})

const program = {
  minor: 0,
  producer: 'credentials',
  key: 'program_certificate.program.uuid',
  topics: ['learning-program-certificate-lifecycle'],
  data: { program_certificate: ProgramCertificateData },
  since: SINCE,
} as const

export const ProgramCertificateAwarded = definePublicEvent({
  ...program,
  type: 'org.openedx.learning.program.certificate.awarded.v1',
  description: 'A user was given a certificate for a program.',
})

export const ProgramCertificateRevoked = definePublicEvent({
  ...program,
  type: 'org.openedx.learning.program.certificate.revoked.v1',
  description: 'A certificate for a program was taken back.',
})

export const CERTIFICATE = [
  CertificateCreated,
  CertificateChanged,
  CertificateRevoked,
  ProgramCertificateAwarded,
  ProgramCertificateRevoked,
]
