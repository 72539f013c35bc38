package dev.rlm.egress.scan;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the names in one text say, for the same ones come again and again and several
 * automata read each. Not thread-safe.
 */
final class JudgedNames {

  /** So many at the most: others take their place. */
  private static final int ROWS = 64;

  /** What judging a name is charged with. */
  private static final int CHARGE = 96;

  /** What finding it again is charged with. */
  private static final int CHARGE_AGAIN = 24;

  private @Nullable CredentialName[] rows = {};

  /** Judges a name, or finds it judged. */
  CredentialName judge(byte[] text, int start, int end, Work work) {
    if (rows.length == 0) {
      rows = new CredentialName[ROWS];
    }
    int row = row(text, start, end);
    CredentialName known = rows[row];
    if (known != null && Arrays.equals(text, known.start(), known.end(), text, start, end)) {
      work.spend(CHARGE_AGAIN);
      return new CredentialName(start, end, known.trust());
    }
    work.spend(CHARGE);
    CredentialName name = new CredentialName(start, end, CredentialName.classify(text, start, end));
    rows[row] = name;
    return name;
  }

  private static int row(byte[] text, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + text[i];
    }
    return (hash ^ hash >>> 8) & (ROWS - 1);
  }
}
