package dev.rlm.egress.decode;

import java.util.Arrays;

/** Bytes that a text stands for, with the place in the text from which each came. Grows while it is built, then only read. */
public final class Decoded {

  private final String name;
  private byte[] bytes;
  private int[] starts;
  private int[] ends;
  private int length;

  Decoded(String name, int capacity) {
    this.name = name;
    bytes = new byte[Math.max(16, capacity)];
    starts = new int[bytes.length];
    ends = new int[bytes.length];
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

  /** Where a range of the decoded bytes begins in the text; works for views that run backwards as well. */
  public int sourceStart(int from, int to) {
    return Math.min(starts[from], starts[to - 1]);
  }

  /** Where a range of the decoded bytes ends in the text. */
  public int sourceEnd(int from, int to) {
    return Math.max(ends[from], ends[to - 1]);
  }

  /** Whether most of it is text, so that detectors for text make sense. */
  boolean isText() {
    return printable(Math.min(length, 4096)) * 100 >= Math.min(length, 4096) * 88;
  }

  /** How many of the first bytes are printable. */
  int printable(int first) {
    int count = 0;
    for (int i = 0; i < Math.min(first, length); i++) {
      byte b = bytes[i];
      boolean plain = (b >= ' ' && b < 127) || b == '\n' || b == '\t' || b == '\r';
      boolean utf8 = b < 0 && ((i + 1 < length && bytes[i + 1] < 0) || (i > 0 && bytes[i - 1] < 0));
      count += plain || utf8 ? 1 : 0;
    }
    return count;
  }
}
