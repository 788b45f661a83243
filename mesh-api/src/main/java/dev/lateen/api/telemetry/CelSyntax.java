package dev.lateen.api.telemetry;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Whether a text is an expression of the part of CEL that our proxy has. Grammar only: which attributes there are is the proxy's to know. A
 * warning and no refusal, as Istio takes any text. The proxy's own parser must agree; a test of the whole mesh compares them.
 */
final class CelSyntax implements Rule<String> {
    private static final int MAX_DEPTH = 60;
    private static final int MAX_LENGTH = 8192;
    private static final String TEXT = "(?s:[rR]?\"\"\".*?\"\"\"|[rR]?'''.*?''')"
            + "|[rR]'[^'\n]*'|[rR]\"[^\"\n]*\"|'(?:[^'\\\\\n]|\\\\.)*'|\"(?:[^\"\\\\\n]|\\\\.)*\"";
    private static final String NUMBER =
            "0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?[uU]?";
    private static final String SIGN = "&&|\\|\\||[=!<>]=|[-<>+*/%!?:.,()\\[\\]]";
    private static final Pattern TOKEN =
            Pattern.compile("(?:\\s|//[^\n]*)*(" + TEXT + "|" + NUMBER + "|[A-Za-z_][A-Za-z0-9_]*|" + SIGN + "|$)");
    private static final List<Set<String>> LEVELS = List.of(
            Set.of("||"),
            Set.of("&&"),
            Set.of("==", "!=", "<", "<=", ">", ">=", "in"),
            Set.of("+", "-"),
            Set.of("*", "/", "%"));
    private static final Set<String> METHODS = Set.of(
            "startsWith",
            "endsWith",
            "contains",
            "matches",
            "size",
            "getFullYear",
            "getMonth",
            "getDate",
            "getDayOfMonth",
            "getDayOfWeek",
            "getDayOfYear",
            "getHours",
            "getMinutes",
            "getSeconds",
            "getMilliseconds");
    private static final Set<String> FUNCTIONS =
            Set.of("has", "size", "string", "int", "uint", "double", "bool", "dyn", "matches", "duration", "timestamp");

    @Override
    public void check(String value, Report report) {
        try {
            if (value.length() > MAX_LENGTH) {
                throw new Wrong("an expression of " + value.length() + " characters", "at most " + MAX_LENGTH);
            }
            if (!value.isEmpty()) {
                new Reading(tokens(value)).whole();
            }
        } catch (Wrong e) {
            report.warn("", e.found, e.accepted + "; what this stands for is left out");
        }
    }

    private static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;
        private final String found;
        private final String accepted;

        Wrong(String found, String accepted) {
            super(found, null, false, false);
            this.found = found;
            this.accepted = accepted;
        }
    }

    private static List<String> tokens(String text) throws Wrong {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new Wrong("'" + text.substring(at).strip() + "'", "an expression of CEL");
            }
            if (!matcher.group(1).isEmpty()) {
                tokens.add(matcher.group(1));
            }
            at = matcher.end();
        }
        tokens.add("");
        return tokens;
    }

    /** The grammar, by descent. */
    private static final class Reading {
        private final List<String> tokens;
        private int next;
        private int depth;

        Reading(List<String> tokens) {
            this.tokens = tokens;
        }

        void whole() throws Wrong {
            choice();
            if (!peek().isEmpty()) {
                throw wrong("an operator or the end");
            }
        }

        private String peek() {
            return tokens.get(next);
        }

        private boolean take(String sign) {
            boolean found = peek().equals(sign);
            next += found ? 1 : 0;
            return found;
        }

        private void expect(String sign) throws Wrong {
            if (!take(sign)) {
                throw wrong("'" + sign + "'");
            }
        }

        private Wrong wrong(String accepted) {
            return new Wrong(peek().isEmpty() ? "an expression that ends early" : "'" + peek() + "'", accepted);
        }

        private void deeper() throws Wrong {
            if (++depth > MAX_DEPTH) {
                throw new Wrong("an expression nested deeply", "at most " + MAX_DEPTH + " levels");
            }
        }

        private void choice() throws Wrong {
            deeper();
            binary(0);
            if (take("?")) {
                binary(0);
                expect(":");
                choice();
            }
            depth--;
        }

        private void binary(int level) throws Wrong {
            if (level == LEVELS.size()) {
                unary();
                return;
            }
            binary(level + 1);
            while (LEVELS.get(level).contains(peek())) {
                next++;
                binary(level + 1);
            }
        }

        private void unary() throws Wrong {
            if (take("!") || take("-")) {
                deeper();
                unary();
                depth--;
            } else {
                member();
            }
        }

        private void member() throws Wrong {
            primary();
            while (true) {
                if (take(".")) {
                    String name = name();
                    if (peek().equals("(")) {
                        call(name, METHODS, "method");
                    }
                } else if (take("[")) {
                    choice();
                    expect("]");
                } else {
                    return;
                }
            }
        }

        private boolean isName() {
            return !peek().isEmpty() && (Character.isLetter(peek().charAt(0)) || peek().charAt(0) == '_') && !isText();
        }

        private boolean isNumber() {
            return peek().length() > 1 && peek().charAt(0) == '.'
                    || !peek().isEmpty() && Character.isDigit(peek().charAt(0));
        }

        private boolean isText() {
            return peek().endsWith("'") || peek().endsWith("\"");
        }

        private String name() throws Wrong {
            if (!isName()) {
                throw wrong("a name");
            }
            return tokens.get(next++);
        }

        private void primary() throws Wrong {
            if (take("(")) {
                choice();
                expect(")");
            } else if (take("[")) {
                list("]");
            } else if (isName()) {
                String name = name();
                if (peek().equals("(")) {
                    call(name, FUNCTIONS, "function");
                }
            } else if (isText() || isNumber()) {
                next++;
            } else {
                throw wrong("a value");
            }
        }

        private void call(String name, Set<String> known, String kind) throws Wrong {
            if (!known.contains(name)) {
                throw new Wrong(
                        kind + " " + name,
                        "one of " + String.join(", ", known.stream().sorted().toList()));
            }
            expect("(");
            list(")");
            String last = tokens.get(next - 2);
            boolean alone = "(,".contains(tokens.get(next - 3));
            if (name.equals("matches") && alone && (last.endsWith("'") || last.endsWith("\""))) {
                expression(last);
            }
        }

        private static void expression(String literal) throws Wrong {
            try {
                Pattern.compile(literal.substring(
                        literal.indexOf(literal.charAt(literal.length() - 1)) + 1, literal.length() - 1));
            } catch (PatternSyntaxException e) {
                throw new Wrong(literal, "an expression of RE2");
            }
        }

        private void list(String end) throws Wrong {
            if (!peek().equals(end)) {
                do {
                    choice();
                } while (take(","));
            }
            expect(end);
        }
    }
}
