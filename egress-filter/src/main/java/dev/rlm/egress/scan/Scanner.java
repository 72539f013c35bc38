package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.match.AnchorIndex;
import dev.rlm.egress.rule.CompiledRule;
import dev.rlm.egress.rule.RuleStart;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds secrets in a text. Immutable, hence thread-safe; its time is linear in the length of the
 * text.
 */
public final class Scanner {

  /** Which detectors look at a text. */
  public enum Scope {
    /** All of them. */
    ALL,
    /** Known formats that begin with their anchor, and private keys. */
    FORMATS
  }

  private static final int LONGEST_WITHHELD = 256;

  private final List<Trigger> triggers = new ArrayList<>();
  private final AnchorIndex anchors;

  /** Of the anchors those of formats: text in disguise, which mostly is nonsense, has fewer of them. */
  private final AnchorIndex formats;

  private final int[] triggerOf;
  private final Markers markers;

  /** Builds a scanner for rules. */
  public Scanner(List<CompiledRule> rules) {
    Quads quads = new Quads();
    AnchorIndex.Builder builder = new AnchorIndex.Builder(quads);
    AnchorIndex.Builder formatBuilder = new AnchorIndex.Builder(quads);
    List<Integer> owners = new ArrayList<>();
    for (CompiledRule rule : rules) {
      List<String> literals = rule.rule().anchors();
      boolean first = rule.rule().start() == RuleStart.ANCHOR;
      boolean exact = first && rule.rule().exact();
      if (first) {
        add(formatBuilder, owners.size(), literals, exact);
      }
      enter(builder, owners, literals, exact, new KnownFormat(rule));
    }
    enter(
        builder,
        owners,
        CredentialValues.WORDS,
        (text, at, length, to, work, out) -> CredentialValues.judge(text, at, to, work, out));
    add(formatBuilder, owners.size(), List.of(PrivateKeys.ANCHOR), false);
    enter(
        builder,
        owners,
        List.of(PrivateKeys.ANCHOR),
        (text, at, length, to, work, out) -> PrivateKeys.apply(text, at, to, work, out));
    enter(
        builder,
        owners,
        List.of(UserInfo.ANCHOR),
        (text, at, length, to, work, out) -> UserInfo.apply(text, at, to, out));
    enter(
        builder,
        owners,
        CommandLine.WITH_USER,
        (text, at, length, to, work, out) -> CommandLine.curl(text, at, to, out));
    enter(
        builder,
        owners,
        CommandLine.WITH_P,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'p', out));
    enter(
        builder,
        owners,
        CommandLine.WITH_W,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'w', out));
    enter(
        builder,
        owners,
        CommandLine.WITH_A,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'a', out));
    enter(
        builder,
        owners,
        Phrases.CONVERSIONS,
        (text, at, length, to, work, out) -> Phrases.call(text, at, length, to, 1, out));
    enter(
        builder,
        owners,
        Phrases.LOGINS,
        (text, at, length, to, work, out) -> Phrases.call(text, at, length, to, 2, out));
    enter(
        builder,
        owners,
        Phrases.CONNECTIONS,
        (text, at, length, to, work, out) -> Phrases.call(text, at, length, to, 3, out));
    enter(
        builder,
        owners,
        Phrases.SENTENCES,
        (text, at, length, to, work, out) -> Phrases.sentence(text, at, length, to, out));
    enter(
        builder,
        owners,
        Announced.WORDS,
        (text, at, length, to, work, out) -> Announced.apply(text, at, length, to, out));
    enter(
        builder,
        owners,
        ForeignNames.WORDS,
        (text, at, length, to, work, out) -> ForeignNames.apply(text, at, length, to, out));
    enter(
        builder,
        owners,
        UserInfo.PROTOCOLS,
        (text, at, length, to, work, out) -> UserInfo.driver(text, at, out));
    enter(
        builder,
        owners,
        CommandLine.HERE_STRINGS,
        (text, at, length, to, work, out) -> CommandLine.hereString(text, at, to, out));
    enter(
        builder,
        owners,
        SeedPhrases.NAMES,
        (text, at, length, to, work, out) -> SeedPhrases.apply(text, at, length, to, out));
    enter(
        builder,
        owners,
        KubernetesSecrets.ANCHORS,
        (text, at, length, to, work, out) -> KubernetesSecrets.apply(text, at, length, to, out));
    markers = new Markers(rules.stream().map(rule -> rule.rule().id()).toList());
    triggerOf = owners.stream().mapToInt(Integer::intValue).toArray();
    anchors = builder.build();
    formats = formatBuilder.build();
  }

  /** The markers that this scanner's rules write. */
  public Markers markers() {
    return markers;
  }

  private void enter(
      AnchorIndex.Builder builder, List<Integer> owners, List<String> literals, Trigger trigger) {
    enter(builder, owners, literals, false, trigger);
  }

  private void enter(
      AnchorIndex.Builder builder,
      List<Integer> owners,
      List<String> literals,
      boolean exact,
      Trigger trigger) {
    add(builder, owners.size(), literals, exact);
    literals.forEach(literal -> owners.add(triggers.size()));
    triggers.add(trigger);
  }

  private static void add(
      AnchorIndex.Builder builder, int first, List<String> literals, boolean exact) {
    int id = first;
    for (String literal : literals) {
      builder.add(id++, literal, exact);
    }
  }

  /**
   * Finds secrets.
   *
   * @param text the text
   * @param to its length
   * @param scope which detectors look at it
   * @param out where findings are added, in no order
   */
  public void scan(byte[] text, int to, Scope scope, List<Span> out) {
    switch (scope) {
      case ALL -> scan(text, to, TokenRuns.of(text, to), out);
      case FORMATS -> formats.scan(text, 0, to, new Run(text, to, out));
    }
  }

  /**
   * Finds secrets with all detectors.
   *
   * @param text the text
   * @param to its length
   * @param runs its token runs
   * @param out where findings are added, in no order
   */
  public void scan(byte[] text, int to, TokenRuns runs, List<Span> out) {
    anchors.scan(text, 0, to, new Run(text, to, out));
    RandomTokens.scan(text, to, runs, out);
  }

  /** One scan: where each trigger need not look again, and how much work is left. */
  private final class Run implements AnchorIndex.Hit {
    private final byte[] text;
    private final int to;
    private final List<Span> out;
    private final Work work;
    private final int[] done = new int[triggers.size()];
    private int withheldUpTo;

    Run(byte[] text, int to, List<Span> out) {
      this.text = text;
      this.to = to;
      this.out = out;
      this.work = new Work(to);
    }

    @Override
    public void at(int id, int position, int length) {
      int trigger = triggerOf[id];
      if (position < done[trigger] || work.isSettled(position)) {
        return;
      }
      if (work.exhausted()) {
        withhold(position);
        return;
      }
      int end = triggers.get(trigger).examine(text, position, length, to, work, out);
      work.spend(Math.max(8, end - position));
      done[trigger] = Math.max(done[trigger], end);
    }

    /** Fails closed for one token, never for the rest. */
    private void withhold(int position) {
      if (position < withheldUpTo) {
        return;
      }
      int end = position;
      while (end < to && end - position < LONGEST_WITHHELD && !Bytes.isSpace(text[end])) {
        end++;
      }
      withheldUpTo = end;
      out.add(new Span(position, end, "scan-limit", Confidence.LOW, Span.Kind.LIMIT, List.of()));
    }
  }
}
