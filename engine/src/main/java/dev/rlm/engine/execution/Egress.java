package dev.rlm.engine.execution;

import dev.rlm.egress.Channel;
import dev.rlm.egress.EgressFilter;
import dev.rlm.egress.EgressPolicy;
import dev.rlm.egress.EgressSession;
import dev.rlm.egress.FilteredText;
import dev.rlm.egress.RuleSet;
import dev.rlm.engine.sandbox.GuestContext;
import dev.rlm.engine.sandbox.HostCalls;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out: everything that leaves a sandbox passes here. Should the filter itself fail, what it was given is withheld,
 * never passed. Safe for use by many threads.
 */
public final class Egress {

  private static final Logger log = LoggerFactory.getLogger(Egress.class);

  private final EgressFilter filter;
  private final ContextIndexes indexes;

  private Egress(EgressFilter filter) {
    this.filter = filter;
    this.indexes = new ContextIndexes(filter);
  }

  /** Creates the filter with the standard policy and rules; {@code secrets} are the engine's own, and never pass. */
  public static Egress of(List<String> secrets) {
    return of(secrets, EgressPolicy.defaults(), RuleSet.standard());
  }

  /** Creates the filter; {@code secrets} are the engine's own, and never pass. */
  public static Egress of(List<String> secrets, EgressPolicy policy, RuleSet rules) {
    EgressFilter.Builder builder = EgressFilter.builder().policy(policy).rules(rules);
    secrets.forEach(secret -> builder.ownSecret(secret.getBytes(StandardCharsets.UTF_8)));
    return new Egress(builder.build());
  }

  /**
   * Opens the way out of a sandbox, which remembers what has left by it. Waits for nothing: what leaves waits until the secrets of
   * its context are known.
   */
  public Session open(Optional<GuestContext> context) {
    Session session = new Session(filter.openSession(), indexes);
    context.ifPresent(session::add);
    return session;
  }

  /**
   * Begins to prepare a document while it arrives, in the background, so that no execution has to wait for that.
   *
   * @param document gives what has arrived, and waits for more
   * @return to be told when the document is stored, before it is used
   */
  public Consumer<GuestContext.Stored> arriving(InputStream document) {
    return indexes.arriving(document);
  }

  /** Forgets a stored document. No sandbox has it as its context any more. */
  public void forget(String contentHash) {
    indexes.forget(contentHash);
  }

  /** The way out of one sandbox, over all of its executions. Safe for use by many threads. */
  public static final class Session {

    private final EgressSession session;
    private final ContextIndexes indexes;
    private final Deque<GuestContext> contexts = new ArrayDeque<>();

    private Session(EgressSession session, ContextIndexes indexes) {
      this.session = session;
      this.indexes = indexes;
    }

    /** From here on copies of this context, and secrets in it, are recognised too; of the contexts of a session the last four. */
    public synchronized void add(GuestContext context) {
      if (contexts.contains(context)) {
        return;
      }
      indexes.of(context).ifPresent(session::add);
      contexts.add(context);
      if (contexts.size() > EgressSession.MOST_CONTEXTS) {
        contexts.remove();
      }
    }

    /** Filters variables' names and the names of their types. What becomes the same by that is there once. */
    public Map<String, String> names(Map<String, String> names) {
      Map<String, String> passed = new LinkedHashMap<>();
      names.forEach((name, type) -> passed.put(name(name), name(type)));
      return passed;
    }

    /** Filters text that goes to a model. */
    public Passed prompt(String text) {
      return pass(Channel.PROMPT, text);
    }

    /** Filters text that is an answer to whoever asked. */
    public Passed answer(String text) {
      return pass(Channel.ANSWER, text);
    }

    /** Returns the same functions, with the filter before their arguments. */
    public Calls filtered(HostCalls calls) {
      Passage passage = begin(0, ExecutionListener.NONE);
      return new Calls(passage.calls(calls), passage);
    }

    private Passed pass(Channel channel, String text) {
      try {
        FilteredText passed = session.filter(channel, text);
        return new Passed(passed.text(), EgressFinding.of(passed.report()));
      } catch (RuntimeException e) {
        log.error("the egress filter failed, and a text is withheld: {}", e.getClass().getName());
        return new Passed(
            Passage.WITHHELD,
            List.of(EgressFinding.ofWhole("filter-failure", EgressFinding.name(channel), "withheld")));
      }
    }

    private String name(String name) {
      try {
        return session.filter(Channel.NAME, name).text();
      } catch (RuntimeException e) {
        log.error("the egress filter failed, and a name is withheld: {}", e.getClass().getName());
        return Passage.WITHHELD;
      }
    }

    /** Begins an execution, of which {@code outputKept} bytes of each output stream are kept. */
    Passage begin(int outputKept, ExecutionListener listener) {
      return new Passage(session, outputKept, listener);
    }
  }

  /** Functions whose arguments pass the filter, of code that runs elsewhere. */
  public static final class Calls {

    private final HostCalls filtered;
    private final Passage passage;

    private Calls(HostCalls filtered, Passage passage) {
      this.filtered = filtered;
      this.passage = passage;
    }

    /** Returns the functions. */
    public HostCalls functions() {
      return filtered;
    }

    /** Returns what was found in their arguments so far. */
    public List<EgressFinding> findings() {
      return List.copyOf(passage.findings());
    }
  }

  /**
   * Text that has passed the filter.
   *
   * @param text what may leave of it
   * @param findings what the filter found
   */
  public record Passed(String text, List<EgressFinding> findings) {

    /** Copies the list. */
    public Passed {
      findings = List.copyOf(findings);
    }
  }
}
