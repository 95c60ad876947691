import { definePublicEvent } from '../../kernel/define.ts'
import { datetime, opaqueKey, string } from '../../kernel/scalar.ts'
import { field, opt, record } from '../../kernel/shape.ts'
import { ContextId, IN_CONTEXT, PRODUCER, SINCE } from './place.ts'

export const CertificateId = opaqueKey('CertificateId')
export const CertificateSubjectId = opaqueKey('CertificateSubjectId')
export const CertificateTemplateId = opaqueKey('CertificateTemplateId')

const about = {
  minor: 0,
  producer: PRODUCER,
  key: 'certificate.user_id',
  // Open edX has a topic of certificates, which are keyed by the course.
  topics: ['learning-credential-lifecycle'],
  since: SINCE,
} as const

const CERTIFICATE_FIELDS = {
  user_id: IN_CONTEXT.user_id,
  // Who looks it up may find the learner's name.
  certificate_id: field(CertificateId, 'the certificate, never used for another one', { pii: 'identifier' }),
  template_id: field(CertificateTemplateId, 'which kind of certificate, such as for completing or for merit'),
  subject_type: field(string, 'what it is for: collection, live_event or event_set; others may follow'),
  subject_id: field(CertificateSubjectId, 'id of the collection, live event or set that it is for'),
  context_id: opt(ContextId, 'context of the collection, such as a batch; null where it is for no collection'),
  title: field(string, 'title of what it is for, as it stands on the certificate'),
  issued_at: field(datetime, 'when it was issued'),
  verification_url: opt(
    string,
    'public address at which anybody can check it, and which holds no secret; null where there is none',
    { pii: 'identifier' },
  ),
} as const

export const CertificateIssued = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.certificate.issued.v1',
  description:
    'A learner was given a certificate. This is told once for a certificate; one that replaces another is a new one.',
  data: { certificate: record('CertificateIssuedData', 'The certificate that was issued.', CERTIFICATE_FIELDS) },
})

export const CertificateRevoked = definePublicEvent({
  ...about,
  type: 'org.waymark.learning.certificate.revoked.v1',
  description:
    'A certificate was taken back and is not valid any more. This is told once for a certificate, and is for good.',
  data: {
    certificate: record('CertificateRevokedData', 'The certificate that was taken back.', {
      ...CERTIFICATE_FIELDS,
      revoked_at: field(datetime, 'when it was taken back'),
      reason: opt(string, 'why, in the words of who did it; null where none were given', { pii: 'free-text' }),
    }),
  },
})

export const CERTIFICATE = [CertificateIssued, CertificateRevoked]
