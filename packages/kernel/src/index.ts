export { AppError, type AppErrorOptions, type FieldError, messageOf } from './app-error.ts'
export { type Clock, systemClock } from './clock.ts'
export { joinCommand, type SplitCommand, splitCommand } from './command-line.ts'
export { Disposables } from './disposables.ts'
export { createEventBus, type EventBus, type Unsubscribe } from './event-bus.ts'
export {
  type AccountId,
  type Id,
  isId,
  type KeyId,
  type LinkId,
  newId,
  type ProfileId,
  type RegistrationId,
  type SecretId,
  type ServerId,
  type SourceId,
  type TeamId,
  type TokenId,
  type UserId,
} from './ids.ts'
export { isObject } from './is-object.ts'
export { followSecrets, registerSecret } from './known-secrets.ts'
export { type DiffLine, lineDiff } from './line-diff.ts'
export { createLogger, type LogFields, type Logger, type LogLevel, type LogLine, silentLogger } from './logger.ts'
export { looksSecret, namesSecret, redact, redactCut } from './redact.ts'
export { hidesText, visibleLine, visibleText } from './visible-text.ts'
