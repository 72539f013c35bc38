package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds passwords behind what other scripts and accents call them. */
final class ForeignNames {

  /** The words, each byte of their UTF-8 a character. */
  static final List<String> WORDS =
      Stream.of(
              "contraseña",
              "hasło",
              "şifre",
              "lösenord",
              "jelszó",
              "пароль",
              "ключ api",
              "密码",
              "密碼",
              "口令",
              "パスワード",
              "비밀번호",
              "비번",
              "كلمة المرور",
              "סיסמה",
              "mật khẩu",
              "รหัสผ่าน",
              "κωδικός πρόσβασης",
              "passwort",
              "kennwort",
              "mot de passe",
              "parola",
              "la password",
              "senha",
              "clave",
              "mdp",
              " pw ",
              "hasla",
              "palavra-passe",
              "palavra passe",
              "lozinka",
              "şifresi",
              "parolası",
              "暗証番号",
              "пин-код",
              "kata sandi",
              "kata_sandi",
              "wachtwoord")
          .map(
              word ->
                  new String(word.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
          .toList();

  private static final int REACH = 64;
  private static final int MOST_WORDS = 6;

  /** Quotes that stand by themselves. */
  private static final Set<String> MARKS = Set.of("\u00ab", "\u201e", "\u201c");

  /** Words that may stand between one of them and the password. */
  private static final int MOST_ADVERBS = 2;

  /** The same in scripts that write no blanks. */
  private static final List<byte[]> DIRECTLY =
      Stream.of("\u662f", "\u4e3a", "\u306f", "\ub294", "\uc740")
          .map(word -> word.getBytes(StandardCharsets.UTF_8))
          .toList();

  private static final byte[] WIDE_COLON = "\uff1a".getBytes(StandardCharsets.UTF_8);

  private ForeignNames() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int at, int length, int to, List<Span> out) {
    int end = at + length;
    // German and Dutch put them at the end of longer words.
    boolean compound = text[end - 1] == 't' || text[end - 1] == 'd';
    boolean inWord =
        (end < to && Bytes.isLetter(text[end]) && text[end - 1] != ' ')
            || (!compound && at > 0 && Bytes.isLower(text[at]) && Bytes.isLower(text[at - 1]));
    if (inWord) {
      return end;
    }
    sentence(text, end, to, out);
    Assignment value =
        Bytes.startsWith(text, end, to, WIDE_COLON)
            ? Assignment.at(text, end + WIDE_COLON.length, to)
            : Assignment.after(text, end, to);
    value = value == null ? null : typed(text, value);
    if (value != null
        && PasswordValues.isPassword(text, new CredentialName(at, end, Trust.PASSWORD), value, to)) {
      out.add(Span.secret(value.start(), value.end(), "passwd", Confidence.MEDIUM));
    }
    return end;
  }

  /** What is told of a password: {@code Passwort lautet …}, {@code la clave del wifi es …}. */
  private static void sentence(byte[] text, int end, int to, List<Span> out) {
    for (byte[] is : DIRECTLY) {
      if (Bytes.startsWith(text, end, to, is)) {
        int value = end + is.length;
        value += value < to && text[value] == ' ' ? 1 : 0;
        Phrases.bare(text, value, Math.min(to, end + REACH), out);
        return;
      }
    }
    int limit = Math.min(to, end + REACH);
    int from = text[end - 1] == ' ' ? end - 1 : end;
    boolean told = false;
    int adverbs = 0;
    for (int words = 0; words < MOST_WORDS && from < limit && text[from] == ' '; words++) {
      int close = ++from;
      while (close < limit && !Bytes.isSpace(text[close])) {
        close++;
      }
      String word = new String(text, from, close - from, StandardCharsets.UTF_8);
      if (MARKS.contains(word)) {
        from = close;
        words--;
        continue;
      }
      if (told || (words == 0 && mayFollow(text, from, close))) {
        int found = out.size();
        Phrases.bare(text, from, Math.min(to, from + REACH), out);
        if (out.size() > found || (told && ++adverbs > MOST_ADVERBS)) {
          return;
        }
      }
      told |= Phrases.tells(text, from, close);
      from = close;
    }
  }

  /** Whether a word directly behind the name is no word of a sentence. */
  private static boolean mayFollow(byte[] text, int from, int end) {
    if (end == from) {
      return false;
    }
    boolean stop = ",.;:".indexOf(text[end - 1]) >= 0;
    Profile word = Profile.of(text, from, stop ? end - 1 : end);
    boolean escape = text[from] == '\\'; // of an accented letter, in a program's text
    return !escape
        && (word.digits() > 1
            || (word.digits() > 0 && word.others() > 0)
            || Randomness.looksGenerated(text, from, end));
  }

  /** Passwords are typed on any keyboard: what is not is the text of a label, or goes on behind them. */
  private static @Nullable Assignment typed(byte[] text, Assignment value) {
    int end = value.start();
    while (end < value.end() && text[end] >= 0) {
      end++;
    }
    return end > value.start() ? new Assignment(value.start(), end, value.notation()) : null;
  }
}
