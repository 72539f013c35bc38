package dev.rlm.egress.scan;

import dev.rlm.egress.Confidence;
import dev.rlm.egress.scan.Assignment.Notation;
import dev.rlm.egress.scan.CredentialName.Trust;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges values that are assigned to names which speak of credentials. */
final class CredentialValues {

  /** Parts of such names; whether a name really is one is decided by {@link CredentialName}. */
  static final List<String> WORDS =
      List.of(
          "pass",
          "pwd",
          "psw",
          "kennwort",
          "senha",
          "contrasena",
          "salasana",
          "adgangskode",
          "heslo",
          "haslo",
          "jelszo",
          "token",
          "secret",
          "key",
          // The index finds short literals before few characters only.
          "_key,",
          "_key]",
          "_key(",
          "_key?",
          "key*",
          "key[",
          "key\\t",
          "auth",
          "cred",
          // Not the word itself, which stands in every other file.
          "license_key",
          "licence_key",
          "license-key",
          "licence-key",
          "license.key",
          "licence.key",
          "licensekey",
          "licencekey",
          "license_code",
          "licensecode",
          "jwt",
          "hmac",
          "salt",
          "session",
          "cookie",
          "client",
          "_sid",
          "connect.sid",
          "totp",
          "dsn",
          "sig=",
          "seed",
          "code_",
          "_pat",
          "_api",
          "_pw",
          "pw:",
          "pw=",
          "pw : ",
          "pw = ",
          "app_certificate",
          "appcertificate",
          "pw '",
          "pw \"",
          "-pw",
          "psk",
          "wachtwoord",
          "bearer");

  private static final Words SCHEMES =
      Words.of(
          "bearer",
          "basic",
          "token",
          "apikey",
          "api-key",
          "api-token",
          "digest",
          "ssws",
          "key",
          "bot",
          "negotiate",
          "jwt",
          "oauth",
          "pat");

  /** What a look at what stands behind a name is charged with. */
  private static final int NEIGHBOURS = 64;

  /** What a look further on is charged with where nothing is assigned there. */
  private static final int FURTHER = 96;

  /** What judging a value is charged with beside its length. */
  private static final int VALUE = 48;

  /** What a look for a user's name around a password is charged with. */
  private static final int SIBLINGS = 400;

  /** Stands before the name of what a digest is made of, in the annotations of charts. */
  private static final byte[] CHECKSUM = "checksum/".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] KEY = "key".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SECRET = "secret".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] PUBLIC = "public ".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SEED = "seed".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SECRET_KEY = "secret_key".getBytes(StandardCharsets.US_ASCII);

  private static final int OPTION_KEY = "--key".length();

  /** How far before an option the name of its command may stand. */
  private static final int COMMAND = 120;

  /**
   * Longer values are no credentials by their names alone; formats and randomness find those that
   * are.
   */
  private static final int LONGEST = 1024;

  /** Values stand in a column below a name, or near it. */
  static final Reach REACH = new Reach(CredentialValues::reach, false);

  private CredentialValues() {}

  private static int reach(byte[] text, int keyword, int to) {
    CredentialName bounds = CredentialName.bounds(text, keyword, to);
    return Columns.isCell(text, bounds, to) || AlignedColumns.isCell(text, bounds, to)
        ? Math.min(to, bounds.end() + Columns.REACH)
        : Reach.NEAR.end(text, keyword, to);
  }

  /** Examines the name that holds a keyword; gives the end of the name. */
  static int judge(byte[] text, int keyword, int to, Work work, List<Span> out) {
    CredentialName bounds = CredentialName.bounds(text, keyword, to);
    int reach = Math.min(to, bounds.end() + 2 * LONGEST);
    work.spend(NEIGHBOURS);
    Assignment found = Assignment.after(text, bounds.end(), reach);
    // Few names are followed by a value, and this is cheaper to see than what the name says.
    boolean option =
        found == null && (text[bounds.start()] == '-' || Netrc.precedes(text, bounds));
    if (found == null && !option) {
      work.spend(FURTHER);
      found = NextWord.after(text, bounds, reach);
      if (found == null) {
        judgeColumn(text, keyword, bounds, to, work, out);
        return bounds.end();
      }
    }
    if (found != null && found.notation() == Notation.ARGUMENT) {
      judgeColumn(text, keyword, bounds, to, work, out); // one quoted name of several
    }
    CredentialName name = CredentialName.at(text, keyword, to, work);
    if (name.trust() == Trust.NONE) {
      return name.end();
    }
    if (option && isOption(name)) {
      found = Assignment.option(text, name.end(), reach);
    }
    if (found != null && closesOwnQuote(text, name, found)) {
      found = Assignment.next(text, found.start(), reach);
    }
    if (found != null
        && !isInUrn(text, name)
        && !Bytes.startsWith(text, Math.max(0, name.start() - CHECKSUM.length), to, CHECKSUM)) {
      work.spend(VALUE + found.end() - found.start() + (name.trust() == Trust.PASSWORD ? SIBLINGS : 0));
      if (isKeyOrBetter(text, name) && ByteLists.opens(text, found.start(), to)) {
        return Math.max(name.end(), ByteLists.list(text, found.start() + 1, to, work, out));
      }
      judgeValue(text, name, found, to, out);
    }
    return name.end();
  }

  /** Examines what stands below the name, or behind the list that it stands in. */
  private static void judgeColumn(
      byte[] text, int keyword, CredentialName bounds, int to, Work work, List<Span> out) {
    if (Columns.mayHead(text, bounds, to)) {
      Columns.apply(text, CredentialName.at(text, keyword, to, work), to, work, out);
    } else if (AlignedColumns.mayHead(text, bounds, to, work)) {
      AlignedColumns.apply(text, CredentialName.at(text, keyword, to, work), to, work, out);
    } else if (Inserts.mayName(text, bounds, to, work)) {
      Inserts.apply(text, CredentialName.at(text, keyword, to, work), to, work, out);
    }
  }

  /** Whether the name is that of something that a list of numbers may stand for. */
  static boolean isKeyOrBetter(byte[] text, CredentialName name) {
    return name.trust() == Trust.PASSWORD
        || name.trust() == Trust.TOKEN
        || (name.trust() == Trust.KEY && Bytes.endsWithWord(text, name.start(), name.end(), KEY));
  }

  /**
   * In {@code "Password:", more} the quote after the name ends the string that the name stands in;
   * it opens no value.
   */
  private static boolean closesOwnQuote(byte[] text, CredentialName name, Assignment found) {
    if (name.start() == 0 || found.notation() != Notation.QUOTED) {
      return false;
    }
    byte before = text[name.start() - 1];
    if (before != '"' && before != '\'') {
      return false;
    }
    for (int i = name.end(); i < found.start(); i++) {
      if (text[i] == before) {
        return i == found.start() - 1;
      }
    }
    return false;
  }

  /** Whether the name is a part between digits and another in the name of a cloud's resource. */
  private static boolean isInUrn(byte[] text, CredentialName name) {
    return name.start() > 1
        && name.end() < text.length
        && text[name.start() - 1] == ':'
        && text[name.end()] == ':'
        && Bytes.isDigit(text[name.start() - 2]);
  }

  private static boolean isOption(CredentialName name) {
    return name.trust() != Trust.KEY && name.trust() != Trust.HEADER;
  }

  private static void judgeValue(
      byte[] text, CredentialName name, Assignment found, int to, List<Span> out) {
    Assignment value = withoutScheme(text, found, to);
    if (value == null || value.end() - value.start() > LONGEST) {
      return;
    }
    boolean secret =
        switch (name.trust()) {
          case PASSWORD -> PasswordValues.isPassword(text, name, value, to);
          case TOKEN ->
              !isSeedOfNumbers(text, name, value)
                  && (TokenValues.isToken(text, value, 8) || isChosen(text, name, value, to));
          case HEADER -> TokenValues.isToken(text, value, 8) || TokenValues.isHeaderValue(text, value);
          case KEY ->
              TokenValues.isToken(text, value, NextWord.isCompound(text, name) ? 12 : 16)
                  && !TokenValues.isCacheKey(text, value)
                  && !isOfSshKeys(text, name)
                  && !isPublic(text, name);
          case NONE -> false;
        };
    if (secret) {
      out.add(Span.secret(value.start(), value.end(), name.trust().rule(), Confidence.MEDIUM));
    }
  }

  /** What follows a scheme such as Bearer; the value itself when there is none. */
  private static @Nullable Assignment withoutScheme(byte[] text, Assignment value, int to) {
    int end = value.start();
    while (end < value.end()
        && end - value.start() < 12
        && (Bytes.isLetter(text[end]) || text[end] == '-')) {
      end++;
    }
    boolean scheme =
        end < to
            && text[end] == ' '
            && (end == value.end() || value.notation() == Notation.QUOTED)
            && SCHEMES.contains(text, value.start(), end);
    if (!scheme) {
      return value;
    }
    Assignment next =
        Assignment.option(text, end, value.notation() == Notation.QUOTED ? value.end() : to);
    return next == null ? null : new Assignment(next.start(), next.end(), Notation.LOOSE);
  }

  /** Whether it is the last word of {@code public key}. */
  private static boolean isPublic(byte[] text, CredentialName name) {
    return Bytes.startsWithWord(text, Math.max(0, name.start() - PUBLIC.length), name.start(), PUBLIC);
  }

  /** Whether it is the option {@code --key} of a command about SSH keys: a public one or its fingerprint. */
  private static boolean isOfSshKeys(byte[] text, CredentialName name) {
    if (text[name.start()] != '-' || name.end() - name.start() > OPTION_KEY) {
      return false;
    }
    int from = Math.max(0, name.start() - COMMAND);
    String command = new String(text, from, name.start() - from, StandardCharsets.ISO_8859_1);
    return command.contains("ssh-key") || command.contains("ssh\\-key"); // as manuals write it
  }

  /** What random numbers begin with is a number itself. */
  private static boolean isSeedOfNumbers(byte[] text, CredentialName name, Assignment value) {
    return Profile.of(text, value.start(), value.end()).letters() == 0
        && Bytes.endsWithWord(text, name.start(), name.end(), SEED);
  }

  /** Secrets that somebody made up look like passwords. */
  private static boolean isChosen(byte[] text, CredentialName name, Assignment value, int to) {
    boolean literal =
        value.notation() == Assignment.Notation.QUOTED
            || value.notation() == Assignment.Notation.TIGHT;
    return literal
        && (Bytes.endsWithWord(text, name.start(), name.end(), SECRET)
            || Bytes.endsWithWord(text, name.start(), name.end(), SECRET_KEY))
        && value.end() - value.start() >= 8
        && Profile.of(text, value.start(), value.end()).digits() > 0
        && Profile.of(text, value.start(), value.end()).letters() > 1
        && !TokenValues.isReference(text, value.start(), value.end())
        && PasswordValues.isPassword(text, name, value, to);
  }
}
