package dev.rlm.egress.decode;

import java.util.Arrays;

/**
 * Bytes that a text stands for, with the place in the text from which each came. Grows while it is
 * built, then only read.
 */
public final class Decoded {

  private static final int NEIGHBOURS = 96;
  private static final int[] NOWHERE = new int[0];

  private final String name;
  private byte[] bytes;
  private int[] starts;
  private int[] ends;
  private int base;
  private int step;
  private int whole;
  private int digitBits;
  private int length;
  private int from;
  private int to = Integer.MAX_VALUE;

  Decoded(String name, int capacity) {
    this.name = name;
    bytes = new byte[Math.max(16, capacity)];
    starts = new int[bytes.length];
    ends = new int[bytes.length];
  }

  /**
   * Takes bytes that came from every so-many-th place of the text, from a place on, perhaps
   * backwards.
   */
  Decoded(String name, byte[] bytes, int length, int base, int step) {
    this.name = name;
    this.bytes = bytes;
    this.length = length;
    this.base = base;
    this.step = step;
    starts = NOWHERE;
    ends = NOWHERE;
  }

  /** Bytes of which none has a place of its own: each stands for the whole of a text. */
  static Decoded ofWhole(String name, byte[] bytes, int length, int textLength) {
    Decoded out = new Decoded(name, bytes, length, 0, 0);
    out.whole = textLength;
    return out;
  }

  /** Bytes of which digits of so many bits stand in one piece from a place on. */
  static Decoded ofDigits(String name, byte[] bytes, int base, int digitBits) {
    Decoded out = new Decoded(name, bytes, bytes.length, base, 0);
    out.digitBits = digitBits;
    return out;
  }

  private int start(int index) {
    if (whole > 0) {
      return 0;
    }
    if (digitBits > 0) {
      return base + index * 8 / digitBits;
    }
    return step == 0 ? starts[index] : base + index * step;
  }

  private int end(int index) {
    if (whole > 0) {
      return whole;
    }
    if (digitBits > 0) {
      return base + (index * 8 + 7) / digitBits + 1;
    }
    return step == 0 ? ends[index] : base + index * step + 1;
  }

  void add(int value, int start, int end) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, length * 2);
      starts = Arrays.copyOf(starts, length * 2);
      ends = Arrays.copyOf(ends, length * 2);
    }
    bytes[length] = (byte) value;
    starts[length] = start;
    ends[length++] = end;
  }

  /**
   * The same with what stands around it in the text, so that a name before it tells detectors what
   * it is.
   *
   * @param text the text it was decoded from
   * @param textLength length of that text
   */
  Decoded inPlace(byte[] text, int textLength) {
    int start = sourceStart(0, length);
    int end = sourceEnd(0, length);
    int first = start;
    while (first > 0 && start - first < NEIGHBOURS && text[first - 1] != '\n') {
      first--;
    }
    int last = start;
    while (last > first
        && (text[last - 1] == '['
            || text[last - 1] == '('
            || text[last - 1] == '{'
            || text[last - 1] == ' ')) {
      last--;
    }
    Decoded out = new Decoded(name, length + NEIGHBOURS + 2);
    for (int i = first; i < last; i++) {
      out.add(text[i], i, i + 1);
    }
    out.from = out.length;
    for (int i = 0; i < length; i++) {
      out.add(bytes[i], starts[i], ends[i]);
    }
    out.to = out.length;
    for (int i = end; i < Math.min(textLength, end + 2); i++) {
      out.add(text[i], i, i + 1);
    }
    return out;
  }

  /** Whether a range touches what was decoded, and not only what stands around it. */
  public boolean touches(int start, int end) {
    return end > from && start < to;
  }

  /** The name of the view, for decode chains. */
  public String name() {
    return name;
  }

  /** The bytes; may be longer than {@link #length()}. */
  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes count. */
  public int length() {
    return length;
  }

  /**
   * Where a range of the decoded bytes begins in the text; works for views that run backwards as
   * well.
   */
  public int sourceStart(int from, int to) {
    return Math.min(start(from), start(to - 1));
  }

  /** Where a range of the decoded bytes ends in the text. */
  public int sourceEnd(int from, int to) {
    return Math.max(end(from), end(to - 1));
  }

  /** How many of the first bytes are printable. */
  int printable(int first) {
    return Legible.printable(bytes, length, first);
  }
}
