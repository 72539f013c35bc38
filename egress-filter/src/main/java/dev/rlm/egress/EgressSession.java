package dev.rlm.egress;

import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Span;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The filter's memory of one sandbox session, or of one execution where there is no session:
 * budgets that are spent, the key of the tags, and the ends of earlier outputs, so that a secret in
 * pieces is found over executions.
 *
 * <p>Thread-safe. At most one {@link EgressExecution} is open at a time; whole strings may be
 * filtered at any time.
 */
public final class EgressSession {

  /** Documents that copies are looked for of: each costs every output a search. */
  public static final int MOST_CONTEXTS = 4;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final EgressFilter filter;
  private volatile List<ContextIndex> contexts;
  private final SessionState state;

  EgressSession(EgressFilter filter, List<ContextIndex> contexts) {
    this.filter = filter;
    this.contexts = contexts;
    byte[] key = new byte[32];
    RANDOM.nextBytes(key);
    this.state = new SessionState(filter.policy(), key);
  }

  /**
   * Adds a context document: from the next execution on, copies of it and secrets in it are found as
   * well. Of the documents of a session the last {@value #MOST_CONTEXTS} count.
   *
   * @param context the document's index, built by this session's filter
   */
  public synchronized void add(ContextIndex context) {
    List<ContextIndex> all = new ArrayList<>(contexts);
    all.add(context);
    contexts = List.copyOf(all.subList(Math.max(0, all.size() - MOST_CONTEXTS), all.size()));
  }

  /**
   * Begins an execution, whose output is streamed.
   *
   * @param sink receives what may leave
   * @return the execution, to be finished or abandoned before the next begins
   */
  public EgressExecution begin(EgressSink sink) {
    return new EgressExecution(filter, contexts, state, sink, true);
  }

  /**
   * Filters a whole string.
   *
   * @param channel the channel it leaves by
   * @param text the string
   * @return what may leave, and what was found; offsets count UTF-8 bytes
   */
  public FilteredText filter(Channel channel, String text) {
    Collected collected = new Collected();
    EgressExecution execution = new EgressExecution(filter, contexts, state, collected, false);
    execution.write(channel, text.getBytes(StandardCharsets.UTF_8));
    EgressReport report = execution.finish();
    return new FilteredText(report.redacted() ? collected.text() : text, report);
  }

  /**
   * Filters a string value that stands under a name, such as a member of a JSON object or a
   * variable: the name tells the detectors what the value is, as {@code password} does, and is
   * itself not part of the result. Meant for trees of values, leaf by leaf; pass the serialised
   * tree to {@link #inspect} afterwards.
   *
   * @param channel the channel it leaves by
   * @param name the name, unfiltered
   * @param value the value
   * @return what may leave of the value; offsets count UTF-8 bytes of the value
   */
  public FilteredText filterNamed(Channel channel, String name, String value) {
    Collected collected = new Collected();
    EgressExecution execution = new EgressExecution(filter, contexts, state, collected, false);
    execution.precede(channel, Named.prefix(name));
    execution.write(channel, value.getBytes(StandardCharsets.UTF_8));
    EgressReport report = execution.finish();
    return new FilteredText(report.redacted() ? collected.text() : value, report);
  }

  /**
   * Tells whether a serialised form may leave as it is, without changing it and without drawing on
   * budgets: the last check after a tree was filtered leaf by leaf.
   *
   * @param channel the channel it leaves by
   * @param text the serialised form
   * @return the rule ids of secrets that are still in it, each once; empty when there are none
   */
  public List<String> inspect(Channel channel, String text) {
    if (filter.policy().of(channel).secrets() != SecretMode.REDACT) {
      return List.of();
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<String> ids = new ArrayList<>();
    for (Span span : filter.find(bytes, bytes.length, contexts, new ScanBudget(), true, false)) {
      if (span.kind() != Span.Kind.ECHO && !ids.contains(span.rule())) {
        ids.add(span.rule());
      }
    }
    return ids;
  }

  /**
   * What the session has spent so far.
   *
   * @return bytes of the context that were released as copies, by channel; channels with none are
   *     missing
   */
  public Map<Channel, Long> echoReleased() {
    return new EnumMap<>(state.echoReleased());
  }
}
