// log: level, event name, key=value, one line each on standard error. The one global of the program.
// Thread-safe: one write(2) a line. User text is quoted and stripped of control characters.
#ifndef PUAS_SHARED_LOG_H
#define PUAS_SHARED_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

// `program` is static. Lines below `least` are dropped.
void log_init(const char *program, enum log_level least);

// log_event(LOG_WARN, "broker_lost", "host=%s port=%d why=%Q", host, port, text)
// The format is printf's plus %Q for text from outside: quoted, control characters as \xNN, cut at 200 bytes.
// ERROR wants a human; WARN is worth a look; INFO is one line a state change; DEBUG may be one a message.
void log_event(enum log_level level, const char *event, const char *fmt, ...);

#endif
