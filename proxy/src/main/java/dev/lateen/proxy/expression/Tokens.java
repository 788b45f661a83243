package dev.lateen.proxy.expression;

import java.util.ArrayList;
import java.util.List;

/** Cuts an expression into tokens. */
final class Tokens {
    private static final List<String> SIGNS = List.of(
            "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
            "[", "]");
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Tokens(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException for a character that begins no token */
    static List<Token> of(String text) {
        Tokens tokens = new Tokens(text);
        while (tokens.skipBlanks()) {
            tokens.next();
        }
        tokens.tokens.add(new Token(Token.Kind.END, "the end", text.length()));
        return tokens.tokens;
    }

    private boolean skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\'' || c == '"') {
            literal(at, false);
        } else if ((c == 'r' || c == 'R') && at + 1 < text.length() && "'\"".indexOf(text.charAt(at + 1)) >= 0) {
            literal(at + 1, true);
        } else if (Character.isLetter(c) || c == '_') {
            int end = at;
            while (end < text.length() && (Character.isLetterOrDigit(text.charAt(end)) || text.charAt(end) == '_')) {
                end++;
            }
            add(Token.Kind.NAME, end);
        } else if (c >= '0' && c <= '9') {
            number();
        } else {
            sign();
        }
    }

    private void literal(int quote, boolean raw) {
        StringBuilder content = new StringBuilder();
        int i = quote + 1;
        while (i < text.length() && text.charAt(i) != text.charAt(quote)) {
            char c = text.charAt(i);
            if (c == '\\' && !raw && i + 1 < text.length()) {
                i++;
                c = switch (text.charAt(i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    default -> text.charAt(i);
                };
            }
            content.append(c);
            i++;
        }
        if (i >= text.length()) {
            throw new IllegalArgumentException("a text that begins at " + at + " and does not end");
        }
        tokens.add(new Token(Token.Kind.TEXT, content.toString(), at));
        at = i + 1;
    }

    private void number() {
        int end = at;
        while (end < text.length() && (isDigit(end) || text.charAt(end) == '.' && isDigit(end + 1))) {
            end++;
        }
        boolean whole = text.substring(at, end).indexOf('.') < 0;
        boolean unsigned = whole && end < text.length() && (text.charAt(end) == 'u' || text.charAt(end) == 'U');
        add(whole ? Token.Kind.WHOLE : Token.Kind.DECIMAL, end);
        at += unsigned ? 1 : 0;
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void sign() {
        for (String sign : SIGNS) {
            if (text.startsWith(sign, at)) {
                add(Token.Kind.SIGN, at + sign.length());
                return;
            }
        }
        throw new IllegalArgumentException("'" + text.charAt(at) + "' at " + at);
    }

    private void add(Token.Kind kind, int end) {
        tokens.add(new Token(kind, text.substring(at, end), at));
        at = end;
    }
}
