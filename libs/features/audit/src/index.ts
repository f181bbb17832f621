export type { Actor } from './actor';
export type { AuditEntryView, AuditPage, AuditQuery, AuditSubject, NewAuditEntry } from './audit-entry';
export { AuditModule } from './audit.module';
export { shownDetails } from './shown-details';
export { AuditService } from './audit.service';
export { AUDIT_COLUMNS, auditValues } from './audit-statement';
