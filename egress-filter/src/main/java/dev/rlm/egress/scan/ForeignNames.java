package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

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
              "密码",
              "密碼",
              "口令",
              "パスワード",
              "비밀번호",
              "كلمة المرور",
              "סיסמה",
              "mật khẩu",
              "รหัสผ่าน")
          .map(
              word ->
                  new String(word.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
          .toList();

  private static final byte[] WIDE_COLON = "\uff1a".getBytes(StandardCharsets.UTF_8);

  private ForeignNames() {}

  /** Gives the end of what was examined. */
  static int apply(byte[] text, int at, int length, int to, List<Span> out) {
    int end = at + length;
    Assignment value =
        Bytes.startsWith(text, end, to, WIDE_COLON)
            ? Assignment.at(text, end + WIDE_COLON.length, to)
            : Assignment.after(text, end, to);
    if (value != null
        && isAscii(text, value)
        && PasswordValues.isPassword(text, new CredentialName(at, end, Trust.PASSWORD), value, to)) {
      out.add(Span.secret(value.start(), value.end(), "passwd", Confidence.MEDIUM));
    }
    return end;
  }

  /** Passwords are typed on any keyboard; what is not is the text of a label. */
  private static boolean isAscii(byte[] text, Assignment value) {
    for (int i = value.start(); i < value.end(); i++) {
      if (text[i] < 0) {
        return false;
      }
    }
    return true;
  }
}
