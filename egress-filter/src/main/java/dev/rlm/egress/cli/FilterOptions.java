package dev.rlm.egress.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param context a document whose copies are looked for, or null
 * @param rules a file with more rules, or null
 * @param policy a policy file, or null
 * @param findings a file for the findings, one JSON object a line, or null
 * @param stats whether counts go to standard error at the end
 * @param help whether only the usage is wanted
 */
record FilterOptions(
    @Nullable Path context,
    @Nullable Path rules,
    @Nullable Path policy,
    @Nullable Path findings,
    boolean stats,
    boolean help) {

  static final String USAGE =
      """
      usage: filter [--context FILE] [--rules FILE] [--policy FILE] [--findings FILE] [--stats] < in > out
        --context FILE   look for copies of this document, and for the secrets in it
        --rules FILE     add the rules of this JSON file; a rule of the same id replaces the built-in one
        --policy FILE    read the policy from this JSON file
        --findings FILE  write every finding as one line of JSON; never the text that was found
        --stats          print counts to standard error at the end
      exit status: 0 nothing was redacted, 3 something was, 2 the command line or a file is not valid, 1 reading or writing failed
      """;

  /** Reads a command line; throws IllegalArgumentException with what is wrong. */
  static FilterOptions parse(List<String> arguments) {
    Path context = null;
    Path rules = null;
    Path policy = null;
    Path findings = null;
    boolean stats = false;
    boolean help = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--context" -> context = value(arguments, ++i);
        case "--rules" -> rules = value(arguments, ++i);
        case "--policy" -> policy = value(arguments, ++i);
        case "--findings" -> findings = value(arguments, ++i);
        case "--stats" -> stats = true;
        case "--help", "-h" -> help = true;
        default -> throw new IllegalArgumentException("unknown argument " + argument);
      }
    }
    return new FilterOptions(context, rules, policy, findings, stats, help);
  }

  private static Path value(List<String> arguments, int index) {
    if (index >= arguments.size()) {
      throw new IllegalArgumentException(arguments.getLast() + " needs a file");
    }
    return Path.of(arguments.get(index));
  }
}
