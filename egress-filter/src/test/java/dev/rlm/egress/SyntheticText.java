package dev.rlm.egress;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Text without end that reads like language: words of a made-up vocabulary in Zipf's proportions,
 * with sentences, figures and lines.
 */
final class SyntheticText {

  private static final String[] SYLLABLES = {
    "ta", "re", "mi", "son", "per", "lo", "an", "ver", "ti", "con", "de", "na", "ra", "li", "mo",
    "es", "in", "ter", "al", "pro", "se", "di", "ca", "or"
  };

  private SyntheticText() {}

  static byte[] prose(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] words = new byte[20_000][];
    SplittableRandom vocabulary = new SplittableRandom(7);
    for (int i = 0; i < words.length; i++) {
      StringBuilder word = new StringBuilder();
      int syllables = 1 + vocabulary.nextInt(i < 200 ? 2 : 4);
      for (int s = 0; s < syllables; s++) {
        word.append(SYLLABLES[vocabulary.nextInt(SYLLABLES.length)]);
      }
      words[i] = word.toString().getBytes(US_ASCII);
    }
    byte[] text = new byte[length + 64];
    int at = 0;
    int inLine = 0;
    while (at < length) {
      byte[] word = words[(int) (Math.pow(words.length, random.nextDouble()) - 1)];
      System.arraycopy(word, 0, text, at, word.length);
      if (inLine == 0) {
        text[at] = (byte) (text[at] - 32);
      }
      at += word.length;
      inLine += word.length + 1;
      int punctuation = random.nextInt(40);
      if (punctuation == 0) {
        byte[] figure = (" " + random.nextInt(100_000)).getBytes(US_ASCII);
        System.arraycopy(figure, 0, text, at, figure.length);
        at += figure.length;
      } else if (punctuation < 5) {
        text[at++] = (byte) (punctuation < 3 ? ',' : '.');
      }
      text[at++] = (byte) (inLine > 76 ? '\n' : ' ');
      inLine = inLine > 76 ? 0 : inLine;
    }
    return Arrays.copyOf(text, length);
  }
}
