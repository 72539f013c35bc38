package dev.rlm.egress.scan;

/**
 * Decides whether a token looks random, by what it is made of and by how unusual its neighbouring
 * characters are.
 */
final class Randomness {

  private Randomness() {}

  /** Nothing whose neighbouring characters are more usual is taken for random by itself. */
  private static final double RARE = -5.3;

  /** Random enough to be a secret wherever it stands. */
  static boolean standsAlone(byte[] text, int start, int end) {
    if (end - start < 20) {
      return false;
    }
    // Most tokens are names: what refutes them comes first.
    double rarity = Bigrams.mean(text, start, end);
    return rarity < RARE
        && isMixed(Profile.of(text, start, end), rarity)
        && !(rarity > -6.3 && hasWord(text, start, end))
        && !isPieced(text, start, end);
  }

  /**
   * Whether a token or a part of it could stand alone by how many characters of each class it has:
   * names of one class, digests and numbers could not, and this is cheap to see.
   */
  static boolean mayStandAlone(byte[] text, int start, int end) {
    Profile.Counts counts = Profile.Counts.of(text, start, end);
    int letters = counts.upper() + counts.lower();
    return !counts.allHex()
        && ((counts.upper() > 1 && counts.lower() > 1 && counts.digits() > 0)
            || (counts.length() >= 24 && counts.digits() > 2 && letters > 2)
            || (counts.length() >= 32 && counts.upper() > 0 && counts.lower() > 0));
  }

  private static boolean isMixed(Profile profile, double rarity) {
    if (profile.allHex() || profile.distinct() < 12) {
      return false;
    }
    if (profile.mixedCase() && profile.digits() > 0) {
      return rarity < (profile.digits() > 1 ? RARE : -6.0)
          && profile.upper() > 1
          && profile.lower() > 1
          && profile.changes() * 10 >= profile.length() * 3;
    }
    if (profile.digits() > 2 && profile.letters() > 2) {
      return profile.length() >= 24
          && profile.upper() * profile.lower() == 0
          && rarity < -5.7
          && profile.changes() * 10 >= profile.length() * 2
          && profile.hex() * 10 < profile.length() * 9;
    }
    return profile.length() >= 32
        && profile.mixedCase()
        && rarity < -6
        && profile.changes() * 10 >= profile.length() * 4;
  }

  /** Whether letters of one case in a row read like a word. */
  private static boolean hasWord(byte[] text, int start, int end) {
    int from = start;
    for (int i = start; i <= end; i++) {
      boolean goes =
          i < end
              && i > from
              && Bytes.isLetter(text[i])
              && Bytes.isLower(text[i]) == Bytes.isLower(text[i - 1]);
      if (!goes && i > from) {
        double least = i - from >= 6 ? -4.5 : -4.0;
        if (i - from >= 5 && Bytes.isLetter(text[from]) && Bigrams.mean(text, from, i) > least) {
          return true;
        }
        from = i;
      }
    }
    return false;
  }

  /** Whether separators cut the token into pieces as short as those of names in programs. */
  private static boolean isPieced(byte[] text, int start, int end) {
    int longest = 0;
    int from = start;
    for (int i = start; i <= end; i++) {
      if (i == end || !Bytes.isAlphanumeric(text[i])) {
        longest = Math.max(longest, i - from);
        from = i + 1;
      }
    }
    return longest < 11;
  }

  /** Random enough to be a secret where a name or a place says so. */
  static boolean looksGenerated(byte[] text, int start, int end) {
    Profile profile = Profile.of(text, start, end);
    if (profile.distinct() < 5) {
      return false;
    }
    if (profile.letters() == 0) {
      return profile.digits() >= 14 && profile.digits() * 10 >= profile.length() * 9;
    }
    if (profile.hex() == profile.length() && profile.length() >= 12 && profile.digits() > 2) {
      return true;
    }
    if (hasHexadecimal(text, start, end)) {
      return true;
    }
    double rarity = Bigrams.mean(text, start, end);
    if (profile.digits() > 0) {
      if (rarity > -5.5 && isVersioned(text, start, end)) {
        return false;
      }
      return rarity < (profile.length() >= 16 ? -4.7 : -5.0) || looksSplit(text, start, end);
    }
    boolean mixed = profile.mixedCase() && profile.changes() >= 4;
    return profile.length() >= (mixed ? 10 : 12) && profile.others() <= 2 && rarity < -5.6;
  }

  /**
   * Whether a long run of hexadecimal digits stands in it, whole or in groups with hyphens: a UUID
   * or a key behind a prefix. In a path it is the name of something.
   */
  private static boolean hasHexadecimal(byte[] text, int start, int end) {
    int digits = 0;
    int letters = 0;
    int groups = 0;
    boolean found = false;
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (b == '/') {
        return false;
      }
      boolean hex = Bytes.isHex(b);
      digits = hex ? digits + (Bytes.isDigit(b) ? 1 : 0) : b == '-' ? digits : 0;
      letters = hex ? letters + (Bytes.isDigit(b) ? 0 : 1) : b == '-' ? letters : 0;
      groups = b == '-' ? groups + 1 : hex ? groups : 0;
      found |= digits > 3 && letters > 1 && digits + letters >= (groups == 0 ? 16 : 20);
    }
    return found;
  }

  /** Whether a version such as 1.2 stands in it. */
  private static boolean isVersioned(byte[] text, int start, int end) {
    for (int i = start + 1; i + 1 < end; i++) {
      if (text[i] == '.' && Bytes.isDigit(text[i - 1]) && Bytes.isDigit(text[i + 1])) {
        return true;
      }
    }
    return false;
  }

  /** Whether a long enough piece between separators looks generated by itself. */
  private static boolean looksSplit(byte[] text, int start, int end) {
    int from = start;
    for (int i = start; i <= end; i++) {
      if (i == end || !Bytes.isAlphanumeric(text[i])) {
        if (i - from >= 8 && i - from < end - start && pieceLooksGenerated(text, from, i)) {
          return true;
        }
        from = i + 1;
      }
    }
    return pieceLooksGenerated(text, start, end);
  }

  private static boolean pieceLooksGenerated(byte[] text, int start, int end) {
    Profile piece = Profile.of(text, start, end);
    if (piece.digits() < 2 || piece.letters() < 2 || piece.distinct() < 6) {
      return false;
    }
    if (piece.hex() == piece.length() && piece.length() >= 16) {
      return true;
    }
    return piece.changes() >= 4 && Bigrams.mean(text, start, end) < -5.0;
  }

  /**
   * Letters of both cases, digits and many symbols without blanks, or many of fewer sorts, or
   * symbols for a third of it: no program and no sentence looks like that.
   */
  static boolean isNoise(byte[] text, int start, int end) {
    Profile profile = Profile.of(text, start, end);
    for (int i = start; i < end; i++) {
      if (Bytes.isSpace(text[i])) {
        return false;
      }
    }
    if (profile.length() >= 32 && profile.others() * 3 >= profile.length()) {
      return profile.letters() > 8 && profile.changes() * 3 >= profile.length();
    }
    return profile.length() >= 16
        && (profile.mixedCase() || profile.length() >= 32)
        && profile.digits() > 0
        && profile.others() * 6 >= profile.length()
        && profile.changes() * 2 >= profile.length();
  }
}
