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
        while (at < text.length() && (Character.isWhitespace(text.charAt(at)) || text.startsWith("//", at))) {
            int end = text.charAt(at) == '/' ? text.indexOf('\n', at) : at + 1;
            at = end < 0 ? text.length() : end;
        }
        return at < text.length();
    }

    private void next() {
        char c = text.charAt(at);
        if (isQuote(at)) {
            literal(at, false);
        } else if ((c == 'r' || c == 'R') && isQuote(at + 1)) {
            literal(at + 1, true);
        } else if (isLetter(at)) {
            int end = at;
            while (isLetter(end) || isDigit(end)) {
                end++;
            }
            add(Token.Kind.NAME, end);
        } else if (isDigit(at) || c == '.' && isDigit(at + 1)) {
            number();
        } else {
            sign();
        }
    }

    private boolean isQuote(int index) {
        return index < text.length() && (text.charAt(index) == '\'' || text.charAt(index) == '"');
    }

    private boolean isLetter(int index) {
        char c = index < text.length() ? text.charAt(index) : ' ';
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private void literal(int quote, boolean raw) {
        String one = text.substring(quote, quote + 1);
        String end = text.startsWith(one.repeat(3), quote) ? one.repeat(3) : one;
        StringBuilder content = new StringBuilder();
        int i = quote + end.length();
        while (i < text.length() && !text.startsWith(end, i)) {
            char c = text.charAt(i);
            if (c == '\n' && end.length() == 1) {
                break;
            }
            if (c == '\\' && !raw) {
                i = new Escape(text, i + 1).append(content);
            } else {
                content.append(c);
                i++;
            }
        }
        if (i >= text.length() || !text.startsWith(end, i)) {
            throw new IllegalArgumentException("a text that begins at " + at + " and does not end");
        }
        tokens.add(new Token(Token.Kind.TEXT, content.toString(), at));
        at = i + end.length();
    }

    private void number() {
        if (text.startsWith("0x", at) || text.startsWith("0X", at)) {
            int end = at + 2;
            while (end < text.length() && Character.digit(text.charAt(end), 16) >= 0) {
                end++;
            }
            whole(end);
            return;
        }
        int end = digits(at);
        boolean decimal = end < text.length() && text.charAt(end) == '.' && isDigit(end + 1);
        end = decimal ? digits(end + 1) : end;
        int exponent = exponent(end);
        if (decimal || exponent > end) {
            add(Token.Kind.DECIMAL, exponent);
        } else {
            whole(end);
        }
    }

    private void whole(int end) {
        boolean unsigned = end < text.length() && (text.charAt(end) == 'u' || text.charAt(end) == 'U');
        add(Token.Kind.WHOLE, end);
        at += unsigned ? 1 : 0;
    }

    private int digits(int from) {
        int end = from;
        while (isDigit(end)) {
            end++;
        }
        return end;
    }

    private int exponent(int from) {
        if (from >= text.length() || text.charAt(from) != 'e' && text.charAt(from) != 'E') {
            return from;
        }
        int sign = from + 1 < text.length() && "+-".indexOf(text.charAt(from + 1)) >= 0 ? 1 : 0;
        return isDigit(from + 1 + sign) ? digits(from + 1 + sign) : from;
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
