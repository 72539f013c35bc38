package dev.rlm.egress.scan;

/** The form of the filter's own markers, which detectors leave alone so that filtering twice changes nothing. */
final class Markers {

  private static final String PREFIX = "[REDACTED:";
  private static final int LONGEST = 80;

  private Markers() {}

  /** Whether a value begins with a marker; what is cut off by the end of a bare value counts as well. */
  static boolean isMarker(byte[] text, int start, int end) {
    if (end - start > LONGEST || end - start < PREFIX.length()) {
      return false;
    }
    for (int i = 0; i < PREFIX.length(); i++) {
      if (text[start + i] != PREFIX.charAt(i)) {
        return false;
      }
    }
    for (int i = start + PREFIX.length(); i < end; i++) {
      byte b = text[i];
      if (!(Bytes.isLower(b) || Bytes.isDigit(b) || b == '-' || b == '#' || (b == ']' && i == end - 1))) {
        return false;
      }
    }
    return true;
  }
}
