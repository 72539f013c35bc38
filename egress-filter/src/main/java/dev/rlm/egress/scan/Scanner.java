package dev.rlm.egress.scan;

import dev.rlm.egress.match.AnchorIndex;
import dev.rlm.egress.rule.CompiledRule;
import java.util.ArrayList;
import java.util.List;

/** Finds secrets in a text. Immutable, hence thread-safe; its time is linear in the length of the text. */
public final class Scanner {

  private final List<CompiledRule> rules;
  private final AnchorIndex anchors;
  private final int[] ruleOf;

  /** Builds a scanner for rules. */
  public Scanner(List<CompiledRule> rules) {
    this.rules = List.copyOf(rules);
    List<Integer> owners = new ArrayList<>();
    AnchorIndex.Builder builder = new AnchorIndex.Builder();
    for (int i = 0; i < rules.size(); i++) {
      for (String anchor : rules.get(i).rule().anchors()) {
        builder.add(owners.size(), anchor);
        owners.add(i);
      }
    }
    for (int i = 0; i < CredentialValues.WORDS.size(); i++) {
      builder.add(owners.size(), CredentialValues.WORDS.get(i));
      owners.add(-2 - i);
    }
    builder.add(owners.size(), PrivateKeys.ANCHOR);
    owners.add(-1);
    ruleOf = owners.stream().mapToInt(Integer::intValue).toArray();
    anchors = builder.build();
  }

  /**
   * Finds secrets.
   *
   * @param text the text
   * @param to its length
   * @param out where findings are added, in no order
   */
  public void scan(byte[] text, int to, List<Span> out) {
    anchors.scan(text, 0, to, (id, position, length) -> examine(id, position, text, to, out));
    RandomTokens.scan(text, 0, to, out);
  }

  private void examine(int anchor, int position, byte[] text, int to, List<Span> out) {
    int owner = ruleOf[anchor];
    if (owner >= 0) {
      KnownFormats.apply(rules.get(owner), text, position, to, out);
    } else if (owner == -1) {
      PrivateKeys.apply(text, position, to, out);
    } else {
      CredentialValues.judge(text, position, -2 - owner, to, out);
    }
  }
}
