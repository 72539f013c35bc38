package dev.rlm.engine.session;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What ended the sessions that are no more, so that their owners can be told. Bounded in number and time, the oldest are forgotten
 * first. Safe for use by many threads.
 */
final class EndedSessions {

  /** A few hundred bytes each. */
  static final int MAX_REMEMBERED = 10_000;

  private final Duration remembered;
  private final Map<SessionId, Ended> ended = new LinkedHashMap<>();

  private record Ended(String owner, String cause, long nanoTime) {}

  /** Remembers each for so long. */
  EndedSessions(Duration remembered) {
    this.remembered = remembered;
  }

  synchronized void add(SessionId id, String owner, String cause, long now) {
    ended.put(id, new Ended(owner, cause, now));
    if (ended.size() > MAX_REMEMBERED) {
      ended.remove(ended.keySet().iterator().next());
    }
  }

  /** Returns what ended a session of that owner's; empty when there was none, or it is forgotten. */
  synchronized Optional<String> cause(SessionId id, String owner) {
    return Optional.ofNullable(ended.get(id)).filter(session -> session.owner().equals(owner)).map(Ended::cause);
  }

  synchronized void forgetOld(long now) {
    Iterator<Ended> oldestFirst = ended.values().iterator();
    while (oldestFirst.hasNext() && now - oldestFirst.next().nanoTime() > remembered.toNanos()) {
      oldestFirst.remove();
    }
  }
}
