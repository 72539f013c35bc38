package dev.rlm.egress;

import dev.rlm.egress.decode.Decoded;
import dev.rlm.egress.decode.Masked;
import dev.rlm.egress.echo.EchoIndex;
import dev.rlm.egress.echo.EchoScanner;
import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.Rule;
import dev.rlm.egress.scan.LiteralIndex;
import dev.rlm.egress.scan.Scanner;
import dev.rlm.egress.scan.Span;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Finds and redacts secrets and copies of a context document in what leaves a sandbox. Built once,
 * from a policy, rules and the secrets that the host itself holds. Immutable and thread-safe;
 * everything that changes lives in an {@link EgressSession}.
 *
 * <p>Guarantees: the time is linear in the bytes filtered; nothing in the bytes can switch the
 * filter off; bytes outside findings pass unchanged; filtering filtered output changes nothing; the
 * result does not depend on how a stream was cut into writes.
 */
public final class EgressFilter {

  private static final int SETTLED_BYTES = 64 << 10;
  private static final int SETTLING_ROUNDS = 4;

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
    CompletableFuture<LiteralIndex> secrets =
        CompletableFuture.supplyAsync(
            () ->
                new LiteralIndex(
                    ContextSecrets.in(context, scanner), "context-secret", Span.Kind.SECRET));
    CompletableFuture<String> hash = secrets.thenApply(done -> ContextSecrets.sha256(context));
    EchoIndex echo = new EchoIndex(context);
    return new ContextIndex(echo, secrets.join(), hash.join(), context.byteSize());
  }

  /**
   * Opens a session without a context document.
   *
   * @return the session
   */
  public EgressSession openSession() {
    return new EgressSession(this, null);
  }

  /**
   * Opens a session over a context document.
   *
   * @param context the document's index, built by this filter
   * @return the session
   */
  public EgressSession openSession(ContextIndex context) {
    return new EgressSession(this, context);
  }

  /**
   * The policy in force.
   *
   * @return the policy
   */
  public EgressPolicy policy() {
    return policy;
  }

  /** Everything that a text holds, whatever the policy does about it. */
  List<Span> find(byte[] text, int to, @Nullable ContextIndex context, boolean deep) {
    List<LiteralIndex> literals = new ArrayList<>();
    if (!ownSecrets.isEmpty()) {
      literals.add(ownSecrets);
    }
    EchoScanner echo = null;
    if (context != null) {
      if (!context.secrets().isEmpty()) {
        literals.add(context.secrets());
      }
      echo = new EchoScanner(context.echo(), policy.echo().minimumRun());
    }
    List<Span> spans = new Inspector(scanner, literals, echo, deep).inspect(text, to);
    if (to <= SETTLED_BYTES) {
      settle(text, to, spans, literals, deep);
    }
    return spans;
  }

  /**
   * Looks again at the text as it will look with its markers, until nothing more is found: what a
   * redaction brings to light, such as the neighbour of a line that is gone, goes with it. This is
   * what makes filtering filtered text change nothing.
   */
  private void settle(
      byte[] text, int to, List<Span> spans, List<LiteralIndex> literals, boolean deep) {
    for (int round = 0; round < SETTLING_ROUNDS; round++) {
      List<Span> gone = spans.stream().filter(EgressFilter::isSecret).toList();
      if (gone.isEmpty()) {
        return;
      }
      Decoded masked = Masked.of(text, to, gone);
      List<Span> more = new ArrayList<>();
      for (Span span :
          new Inspector(scanner, literals, null, deep).inspect(masked.bytes(), masked.length())) {
        int start = masked.sourceStart(span.start(), span.end());
        int end = masked.sourceEnd(span.start(), span.end());
        if (gone.stream().noneMatch(old -> old.start() <= start && end <= old.end())) {
          more.add(new Span(start, end, span.rule(), span.confidence(), span.kind(), span.chain()));
        }
      }
      if (more.isEmpty()) {
        return;
      }
      spans.addAll(more);
    }
  }

  private static boolean isSecret(Span span) {
    return span.kind() != Span.Kind.ECHO && span.kind() != Span.Kind.OPAQUE;
  }
}
