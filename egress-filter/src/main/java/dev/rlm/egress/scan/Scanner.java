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

  /** A token that begins or ends in what is withheld is withheld whole, up to so many bytes more. */
  private static final int LONGEST_TOKEN = 1024;

  private static final int[] NOTHING = {};

  private final List<Trigger> triggers = new ArrayList<>();
  private final List<Reach> reaches = new ArrayList<>();
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
      enter(builder, owners, literals, exact, new KnownFormat(rule), Reach.NEAR);
    }
    enter(
        builder,
        owners,
        CredentialValues.WORDS,
        (text, at, length, to, work, out) -> CredentialValues.judge(text, at, to, work, out),
        CredentialValues.REACH);
    add(formatBuilder, owners.size(), List.of(PrivateKeys.ANCHOR), false);
    enter(
        builder,
        owners,
        List.of(PrivateKeys.ANCHOR),
        (text, at, length, to, work, out) -> PrivateKeys.apply(text, at, to, work, out),
        Reach.NONE);
    enter(
        builder,
        owners,
        List.of(UserInfo.ANCHOR),
        (text, at, length, to, work, out) -> UserInfo.apply(text, at, to, out));
    enter(
        builder,
        owners,
        CommandLine.WITH_USER,
        (text, at, length, to, work, out) -> CommandLine.curl(text, at, to, out),
        CommandLine.REACH);
    enter(
        builder,
        owners,
        CommandLine.WITH_P,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'p', out),
        CommandLine.REACH);
    enter(
        builder,
        owners,
        CommandLine.WITH_W,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'w', out),
        CommandLine.REACH);
    enter(
        builder,
        owners,
        CommandLine.WITH_A,
        (text, at, length, to, work, out) -> CommandLine.password(text, at, to, 'a', out),
        CommandLine.REACH);
    enter(
        builder,
        owners,
        CommandLine.WITH_WORD,
        (text, at, length, to, work, out) -> CommandLine.passwordWord(text, at, length, to, out));
    enter(
        builder,
        owners,
        CommandLine.SNMP,
        (text, at, length, to, work, out) -> CommandLine.snmp(text, at, to, out),
        CommandLine.REACH);
    enter(
        builder,
        owners,
        Pipes.READERS,
        (text, at, length, to, work, out) -> Pipes.written(text, at, length, work, out),
        Pipes.BEFORE);
    enter(
        builder,
        owners,
        Pipes.CHPASSWD,
        (text, at, length, to, work, out) -> Pipes.fed(text, at, length, work, out),
        Pipes.BEFORE);
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
        Phrases.ANSWERS,
        (text, at, length, to, work, out) -> Phrases.answer(text, at, length, to, out));
    enter(
        builder,
        owners,
        Phrases.KEYS,
        (text, at, length, to, work, out) -> Phrases.key(text, at, length, to, out));
    enter(
        builder,
        owners,
        Phrases.AFTERWARDS,
        (text, at, length, to, work, out) -> Phrases.before(text, at, length, to, out),
        Phrases.BEFORE);
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
        UserInfo.ORACLE,
        (text, at, length, to, work, out) -> UserInfo.oracle(text, at, out));
    enter(
        builder,
        owners,
        Pipes.HERE_STRINGS,
        (text, at, length, to, work, out) -> Pipes.hereString(text, at, to, work, out));
    enter(
        builder,
        owners,
        SeedPhrases.NAMES,
        (text, at, length, to, work, out) -> SeedPhrases.apply(text, at, length, to, out),
        SeedPhrases.REACH);
    enter(
        builder,
        owners,
        RecoveryCodes.NAMES,
        (text, at, length, to, work, out) -> RecoveryCodes.apply(text, at, length, to, out),
        RecoveryCodes.REACH);
    enter(builder, owners, ExpectScripts.SENDERS, ExpectScripts::apply);
    enter(builder, owners, Directives.BEGINNINGS, Directives::apply);
    enter(
        builder,
        owners,
        List.of(WirelessCodes.ANCHOR),
        (text, at, length, to, work, out) -> WirelessCodes.apply(text, at, length, to, out));
    enter(builder, owners, ByteLists.BEGINNINGS, ByteLists::apply, ByteLists.REACH);
    enter(
        builder,
        owners,
        KubernetesSecrets.ANCHORS,
        (text, at, length, to, work, out) -> KubernetesSecrets.apply(text, at, length, to, out),
        KubernetesSecrets.REACH);
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
    enter(builder, owners, literals, trigger, Reach.NEAR);
  }

  private void enter(
      AnchorIndex.Builder builder,
      List<Integer> owners,
      List<String> literals,
      Trigger trigger,
      Reach reach) {
    enter(builder, owners, literals, false, trigger, reach);
  }

  private void enter(
      AnchorIndex.Builder builder,
      List<Integer> owners,
      List<String> literals,
      boolean exact,
      Trigger trigger,
      Reach reach) {
    add(builder, owners.size(), literals, exact);
    literals.forEach(literal -> owners.add(triggers.size()));
    triggers.add(trigger);
    reaches.add(reach);
  }

  private static void add(
      AnchorIndex.Builder builder, int first, List<String> literals, boolean exact) {
    int id = first;
    for (String literal : literals) {
      builder.add(id++, literal, exact);
    }
  }

  /**
   * Finds secrets with all detectors.
   *
   * @param text the text
   * @param to its length
   * @param runs its token runs
   * @param budget for the output that it belongs to
   * @param out where findings are added, in no order
   */
  public void scan(byte[] text, int to, TokenRuns runs, ScanBudget budget, List<Span> out) {
    int first = out.size();
    scan(anchors, text, to, budget, out);
    RandomTokens.scan(text, to, runs, out, first);
  }

  /**
   * Finds what is beyond doubt wherever it stands: known formats that begin with their anchor, and
   * private keys.
   *
   * @param text the text
   * @param to its length
   * @param budget for the output that it belongs to
   * @param out where findings are added, in no order
   */
  public void scanForFormats(byte[] text, int to, ScanBudget budget, List<Span> out) {
    scan(formats, text, to, budget, out);
  }

  private void scan(AnchorIndex index, byte[] text, int to, ScanBudget budget, List<Span> out) {
    Run run = new Run(text, to, budget, out);
    index.scan(text, 0, to, run);
    run.release();
  }

  /** One scan: where each trigger need not look again, and how much work is left. */
  private final class Run implements AnchorIndex.Hit {
    private final byte[] text;
    private final int to;
    private final ScanBudget budget;
    private final Work work;
    private final List<Span> out;
    private int[] done = NOTHING;
    private int withheldFrom;
    private int withheldTo;

    Run(byte[] text, int to, ScanBudget budget, List<Span> out) {
      this.text = text;
      this.to = to;
      this.budget = budget;
      this.work = new Work(budget, to);
      this.out = out;
    }

    @Override
    public void at(int id, int position, int length) {
      int trigger = triggerOf[id];
      if (done.length == 0) {
        done = new int[triggers.size()];
      }
      if (position < done[trigger] || work.isSettled(position)) {
        return;
      }
      if (budget.isSpent()) {
        Reach reach = reaches.get(trigger);
        int reached = reach.end(text, position, to);
        if (reached > position) {
          withhold(Math.max(0, position - reach.before()), reached);
          done[trigger] = reach.shared() ? reached : position;
          return;
        }
      }
      int found = out.size();
      int end = triggers.get(trigger).examine(text, position, length, to, work, out);
      budget.spend(Math.max(0, end - position), out.size() - found);
      done[trigger] = Math.max(done[trigger], end);
    }

    /** Fails closed for what an anchor may announce, never for the rest. */
    private void withhold(int from, int reached) {
      boolean earlier = from < withheldFrom;
      if (reached <= withheldTo && !earlier) {
        return;
      }
      int least = Math.max(earlier ? 0 : withheldTo, from - LONGEST_TOKEN);
      int start = from;
      while (start > least && !Bytes.isSpace(text[start - 1])) {
        start--;
      }
      if (start > withheldTo) {
        release();
        withheldFrom = start;
      }
      withheldFrom = Math.min(withheldFrom, start);
      withheldTo = Math.max(withheldTo, reached);
      while (withheldTo < Math.min(to, reached + LONGEST_TOKEN) && !Bytes.isSpace(text[withheldTo])) {
        withheldTo++;
      }
    }

    /** Notes what was withheld, as one however many anchors stand in it. */
    void release() {
      if (withheldTo > withheldFrom) {
        out.add(
            new Span(
                withheldFrom, withheldTo, "scan-limit", Confidence.LOW, Span.Kind.LIMIT, List.of()));
      }
    }
  }
}
