package dev.rlm.egress;

import dev.rlm.egress.decode.Decoded;
import dev.rlm.egress.decode.Masked;
import dev.rlm.egress.echo.EchoIndex;
import dev.rlm.egress.echo.EchoScanner;
import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import dev.rlm.egress.scan.LiteralIndex;
import dev.rlm.egress.scan.ScanBudget;
import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Finds and redacts secrets and copies of a context document in what leaves a sandbox. Built once,
 * from a policy, rules and the secrets that the host itself holds. Immutable and thread-safe;
 * everything that changes lives in an {@link EgressSession}.
 *
 * <p>Guarantees: the time is linear in the bytes filtered; nothing in the bytes can switch the
 * filter off; bytes outside findings pass unchanged; filtering filtered output changes nothing, but
 * where it was made to spend all work ({@link ScanBudget}); the result does not depend on how a stream
 * was cut into writes.
 */
public final class EgressFilter {

  private static final int SETTLED_BYTES = 64 << 10;
  private static final int SETTLING_ROUNDS = 8;

  /** From this round on what comes to light goes with the rest of its line, and in the last one with all. */
  private static final int IMPATIENT_ROUND = 4;

  private final EgressPolicy policy;
  private final Scanner scanner;
  private final LiteralIndex ownSecrets;

  private EgressFilter(Builder builder) {
    policy = builder.policy;
    List<Rule> enabled =
        builder.rules.rules().stream()
            .filter(rule -> !policy.disabledRules().contains(rule.id()))
            .toList();
    scanner = new Scanner(enabled.stream().map(CompiledRule::new).toList());
    ownSecrets = new LiteralIndex(builder.secrets, "engine-secret", Span.Kind.ENGINE_SECRET);
  }

  /**
   * Starts with the default policy, the standard rules and no secrets.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects what a filter is made of. Not thread-safe. */
  public static final class Builder {
    private EgressPolicy policy = EgressPolicy.defaults();
    private RuleSet rules = RuleSet.standard();
    private final List<byte[]> secrets = new ArrayList<>();

    private Builder() {}

    /**
     * Sets the policy.
     *
     * @param policy the policy
     * @return this
     */
    public Builder policy(EgressPolicy policy) {
      this.policy = policy;
      return this;
    }

    /**
     * Sets the rules, in place of the standard ones.
     *
     * @param rules the rules
     * @return this
     */
    public Builder rules(RuleSet rules) {
      this.rules = rules;
      return this;
    }

    /**
     * Adds a secret that the host holds. It is matched exactly on every channel and in every mode,
     * also encoded, reversed and in pieces of twelve bytes; values shorter than eight bytes are
     * refused, because they would redact by chance.
     *
     * @param value the secret's bytes; copied
     * @return this
     */
    public Builder ownSecret(byte[] value) {
      if (value.length < 8) {
        throw new IllegalArgumentException("an own secret has at least eight bytes");
      }
      secrets.add(value.clone());
      return this;
    }

    /**
     * Builds the filter.
     *
     * @return the filter
     */
    public EgressFilter build() {
      return new EgressFilter(this);
    }
  }

  /**
   * Prepares a context document in memory, as {@link #index(MemorySegment)} does.
   *
   * @param context the document; not copied, and must not change afterwards
   * @return the index, to be shared by sessions
   */
  public ContextIndex index(byte[] context) {
    return index(MemorySegment.ofArray(context));
  }

  /**
   * Prepares a context document: indexes its runs, and scans it for secrets, which are then matched
   * exactly in the output. Takes two threads where they are free.
   *
   * @param context the document, for example a mapped file; not copied; it must not change, and its
   *     arena must stay open, as long as the index is used
   * @return the index, to be shared by sessions
   */
  public ContextIndex index(MemorySegment context) {
    CompletableFuture<ContextSecrets> secrets =
        CompletableFuture.supplyAsync(() -> ContextSecrets.in(context, scanner));
    ContextIndex index = index(context, secrets, Runnable::run);
    secrets.join();
    return index;
  }

  /**
   * Prepares a context document in the background and returns at once: see {@link ContextIndex} for
   * what output waits for.
   *
   * @param context the document; as of {@link #index(MemorySegment)}
   * @param secrets its secrets, as {@link #secrets} finds them; where they fail to come, all output
   *     of sessions over the document is withheld
   * @param executor builds what copies are found by: a second or so of work for 100 MB
   * @return the index, to be shared by sessions
   */
  public ContextIndex index(
      MemorySegment context, CompletableFuture<ContextSecrets> secrets, Executor executor) {
    return new ContextIndex(
        CompletableFuture.supplyAsync(() -> new EchoIndex(context), executor),
        secrets,
        context.byteSize());
  }

  /**
   * Finds the secrets in a document while it is read, on the calling thread.
   *
   * @param document read to its end, or until no more are kept; not closed
   * @return what was found
   * @throws IOException when it cannot be read to its end
   */
  public ContextSecrets secrets(InputStream document) throws IOException {
    return ContextSecrets.in(document, scanner);
  }

  /**
   * Opens a session without a context document.
   *
   * @return the session
   */
  public EgressSession openSession() {
    return new EgressSession(this, List.of());
  }

  /**
   * Opens a session over a context document.
   *
   * @param context the document's index, built by this filter
   * @return the session
   */
  public EgressSession openSession(ContextIndex context) {
    return new EgressSession(this, List.of(context));
  }

  /**
   * The policy in force.
   *
   * @return the policy
   */
  public EgressPolicy policy() {
    return policy;
  }

  /**
   * Everything that a text holds, whatever the policy does about it.
   *
   * @param budget for the output that it is a part of
   * @param patient whether to wait for an index that is not built yet; otherwise the text as a whole
   *     counts as a copy of its document, if it is long enough to be one
   */
  List<Span> find(
      byte[] text,
      int to,
      List<ContextIndex> contexts,
      ScanBudget budget,
      boolean deep,
      boolean patient) {
    List<LiteralIndex> literals = new ArrayList<>();
    if (!ownSecrets.isEmpty()) {
      literals.add(ownSecrets);
    }
    List<EchoScanner> echoes = new ArrayList<>();
    boolean compared = true;
    for (ContextIndex context : contexts) {
      if (!context.secrets().isEmpty()) {
        literals.add(context.secrets());
      }
      if (patient || context.findsCopies()) {
        echoes.add(new EchoScanner(context.echo(), policy.echo().minimumRun()));
      } else {
        compared = false;
      }
    }
    List<Span> spans =
        new Inspector(scanner, literals, echoes, !contexts.isEmpty(), budget, deep).inspect(text, to);
    if (!compared && to >= policy.echo().minimumRun()) {
      spans.add(new Span(0, to, "context-uncompared", Confidence.LOW, Span.Kind.ECHO, List.of()));
    }
    if (to <= SETTLED_BYTES) {
      settle(text, to, spans, literals, deep);
    }
    return spans;
  }

  /**
   * Looks again at the text as it will look with its markers, until nothing more is found: what a
   * redaction brings to light, such as the neighbour of a line that is gone, goes with it. This is
   * what makes filtering filtered text change nothing. A text that brings a little more to light each
   * time, as one spelled inside another does, is not let do so for ever.
   */
  private void settle(
      byte[] text, int to, List<Span> spans, List<LiteralIndex> literals, boolean deep) {
    for (int round = 0; round < SETTLING_ROUNDS; round++) {
      List<Span> gone = spans.stream().filter(EgressFilter::isSecret).toList();
      if (gone.isEmpty()) {
        return;
      }
      Decoded masked = Masked.of(text, to, gone, Painting::tellsMore);
      List<Span> more = new ArrayList<>();
      for (Span span :
          new Inspector(scanner, literals, List.of(), false, new ScanBudget(), deep)
              .inspect(masked.bytes(), masked.length())) {
        int start = masked.sourceStart(span.start(), span.end());
        int end = masked.sourceEnd(span.start(), span.end());
        if (gone.stream().noneMatch(old -> old.start() <= start && end <= old.end())) {
          int last = round < IMPATIENT_ROUND ? end : round + 1 < SETTLING_ROUNDS ? lineEnd(text, end, to) : to;
          more.add(new Span(start, last, span.rule(), span.confidence(), span.kind(), span.chain()));
        }
      }
      if (more.isEmpty()) {
        return;
      }
      spans.addAll(more);
    }
  }

  private static int lineEnd(byte[] text, int from, int to) {
    int end = from;
    while (end < to && text[end] != '\n') {
      end++;
    }
    return end;
  }

  private static boolean isSecret(Span span) {
    return span.kind() != Span.Kind.ECHO && span.kind() != Span.Kind.OPAQUE;
  }
}
